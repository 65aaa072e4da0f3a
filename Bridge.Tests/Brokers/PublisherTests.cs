using Bridge.Server.Brokers;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Tests.Brokers;

public sealed class PublisherTests : IDisposable
{
    private const int MostInFlight = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly SentStream _sent = new();
    private readonly PendingRequests _requests = new();
    private readonly PacketWriter _writer;
    private readonly Publisher _publisher;

    public PublisherTests()
    {
        _writer = new PacketWriter(_sent, MqttProtocolVersion.V500);
        _publisher = new Publisher(_writer, _requests, MostInFlight, _time);
    }

    public void Dispose() => _sent.Dispose();

    [Fact]
    public async Task SendAsync_MoreThanTheBrokerTakes_SendsEachWhenOneBeforeItIsAcknowledgedInOrder()
    {
        var sends = Enumerable.Range(0, 5).Select(number => SendAsync($"{number}")).ToList();
        await SentAsync("0", "1");

        for (var done = 0; done < 5; done++)
        {
            Acknowledge($"{done}");
            (await sends[done].WaitAsync(Eventually.DefaultTimeout)).Should().BeOfType<MqttPubAckPacket>();
            await SentAsync([.. Enumerable.Range(0, Math.Min(5, done + 1 + MostInFlight)).Select(number => $"{number}")]);
        }
    }

    [Fact]
    public async Task SendAsync_TimedOutOrCancelledWhileItWaits_IsNeverSent()
    {
        using var cancelled = new CancellationTokenSource();
        var first = SendAsync("0");
        _ = SendAsync("1");
        _time.Advance(Patience / 2);
        var late = SendAsync("late");
        var unwanted = SendAsync("unwanted", cancellationToken: cancelled.Token);
        var patient = SendAsync("patient", 2 * Patience);

        await cancelled.CancelAsync();
        await unwanted.Awaiting(send => send.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<OperationCanceledException>();
        _time.Advance(Patience);
        await first.Awaiting(send => send.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<TimeoutException>();
        await late.Awaiting(send => send.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<TimeoutException>();
        await SentAsync("0", "1");
        Acknowledge("0");

        await SentAsync("0", "1", "patient");
        patient.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task IsStuck_NothingAcknowledgedAndNothingMayBeSent_IsTrue()
    {
        var began = _time.GetTimestamp();
        _time.Advance(Patience / 10);
        _ = SendAsync("0");
        _publisher.IsStuck(began).Should().BeFalse("one more may be sent");
        _ = SendAsync("1");
        _publisher.IsStuck(began).Should().BeTrue();
        _ = SendAsync("2");
        await SentAsync("0", "1");

        Acknowledge("0");

        _publisher.IsStuck(began).Should().BeFalse("one was acknowledged since");
        _publisher.IsStuck(_time.GetTimestamp() + 1).Should().BeTrue();
    }

    [Fact]
    public async Task Fail_Ended_FailsAllThatWaitAndAllThatCome()
    {
        var sends = Enumerable.Range(0, 3).Select(number => SendAsync($"{number}")).ToList();

        _publisher.Fail(new BrokerLinkException("gone"));
        _requests.Fail(new BrokerLinkException("gone"));

        foreach (var send in sends.Append(SendAsync("late")))
            await send.Awaiting(failed => failed.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<BrokerLinkException>().WithMessage("gone");
    }

    [Fact]
    public async Task SendAsync_Qos0_IsWrittenWhateverIsUnacknowledged()
    {
        _ = SendAsync("0");
        _ = SendAsync("1");
        _ = SendAsync("2");

        (await SendAsync("at once", qos: 0).WaitAsync(Eventually.DefaultTimeout)).Should().BeNull();

        await SentAsync("0", "1", "at once");
    }

    private Task<MqttPacket?> SendAsync(string topic, TimeSpan? patience = null, int qos = 1, CancellationToken cancellationToken = default) =>
        _publisher.SendAsync(
            new MqttPublishPacket { Topic = topic, QualityOfServiceLevel = (MqttQualityOfServiceLevel)qos }, patience ?? Patience, cancellationToken);

    /// <summary>As the reading thread does it.</summary>
    private void Acknowledge(string topic)
    {
        var message = Sent().Single(packet => packet.Topic == topic);
        _requests.Complete(new MqttPubAckPacket { PacketIdentifier = message.PacketIdentifier });
        _publisher.TakeAcknowledgement();
        _writer.Flush();
    }

    private Task SentAsync(params string[] topics) =>
        Eventually.HoldsAsync(() => Sent().Select(packet => packet.Topic).SequenceEqual(topics));

    private List<MqttPublishPacket> Sent()
    {
        var reader = new PacketReader(MqttProtocolVersion.V500, int.MaxValue);
        var bytes = _sent.ToBytes();
        bytes.CopyTo(reader.FreeSpace);
        reader.Advance(bytes.Length);
        var packets = new List<MqttPublishPacket>();
        while (reader.TryTake() is { } packet)
            packets.Add((MqttPublishPacket)packet);
        return packets;
    }

    /// <summary>Written by one thread, read by another.</summary>
    private sealed class SentStream : MemoryStream
    {
        private readonly Lock _gate = new();

        public byte[] ToBytes()
        {
            lock (_gate)
                return ToArray();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
                Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
