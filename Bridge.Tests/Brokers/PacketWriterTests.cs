using System.Buffers;
using System.IO.Pipelines;
using Bridge.Server.Brokers;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace Bridge.Tests.Brokers;

public sealed class PacketWriterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task SendAsync_FromManyThreads_WritesEveryPacketWholeAndEachThreadsInOrder()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writer = new PacketWriter(pipe.Writer.AsStream(), MqttProtocolVersion.V500);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await writer.SendAsync(Publish($"{thread}", i));
        }))).WaitAsync(Patience);

        await pipe.Writer.CompleteAsync();
        var packets = await ReadAllAsync(pipe.Reader);
        packets.Should().HaveCount(4000);
        foreach (var thread in packets.GroupBy(packet => packet.Topic))
            thread.Select(packet => BitConverter.ToInt32(packet.Payload.ToArray())).Should().BeInAscendingOrder().And.HaveCount(500);
    }

    [Fact]
    public void Add_ThenFlush_LeaveInOneWrite()
    {
        var stream = new HeldStream();
        var writer = new PacketWriter(stream, MqttProtocolVersion.V500);
        writer.Add(Publish("a", 1));
        writer.Add(Publish("b", 2));

        writer.Flush();

        stream.Writes.Should().Be(1);
        stream.Release();
    }

    [Fact]
    public async Task SendAsync_WhileAWriteIsUnderWay_GathersIntoOneWrite()
    {
        var stream = new HeldStream();
        var writer = new PacketWriter(stream, MqttProtocolVersion.V500);
        var first = writer.SendAsync(Publish("a", 0));
        var others = Enumerable.Range(1, 50).Select(i => writer.SendAsync(Publish("a", i))).ToList();
        stream.Writes.Should().Be(1);
        first.IsCompleted.Should().BeFalse();

        stream.Release();

        await Task.WhenAll([first, .. others]).WaitAsync(Patience);
        stream.Writes.Should().Be(2);
    }

    [Fact]
    public async Task SendAsync_StreamBroken_FailsForAllThatWaitAndAllThatCome()
    {
        var stream = new HeldStream();
        var writer = new PacketWriter(stream, MqttProtocolVersion.V500);
        var first = writer.SendAsync(Publish("a", 0));
        var second = writer.SendAsync(Publish("a", 1));

        stream.Break();

        await first.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<IOException>();
        await second.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<IOException>();
        await writer.Awaiting(broken => broken.SendAsync(Publish("a", 2)).WaitAsync(Patience)).Should().ThrowAsync<IOException>();
    }

    private static MqttPublishPacket Publish(string topic, int number) =>
        new() { Topic = topic, Payload = new ReadOnlySequence<byte>(BitConverter.GetBytes(number)) };

    private static async Task<List<MqttPublishPacket>> ReadAllAsync(PipeReader pipe)
    {
        var reader = new PacketReader(MqttProtocolVersion.V500, int.MaxValue);
        var packets = new List<MqttPublishPacket>();
        var stream = pipe.AsStream();
        while (await stream.ReadAsync(reader.FreeSpace) is > 0 and var count)
        {
            reader.Advance(count);
            while (reader.TryTake() is { } packet)
                packets.Add((MqttPublishPacket)packet);
        }

        return packets;
    }

    /// <summary>A stream whose first write waits until it is let go.</summary>
    private sealed class HeldStream : MemoryStream
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Writes { get; private set; }

        public void Release() => _held.SetResult();

        public void Break() => _held.SetException(new IOException("Broken."));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            await _held.Task;
        }
    }
}
