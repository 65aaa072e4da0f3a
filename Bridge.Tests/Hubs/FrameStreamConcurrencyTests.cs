using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>SignalR writes to its WebSocket, whose frames go through the stream, while others write messages of theirs.</summary>
public sealed class FrameStreamConcurrencyTests
{
    private const int Messages = 3000;
    private const int Writers = 3;
    private const int HeaderLength = 8;

    [Theory]
    [InlineData(true, 4711)]
    [InlineData(false, 4712)]
    public async Task Write_ByManyAtATime_ArrivesWholeAndInEachWritersOrder(bool withSocket, int seed)
    {
        using var pair = await FramePair.OpenAsync(withSocket);
        using var signalR = WebSocket.CreateFromStream(pair.Frames, isServer: true, null, TimeSpan.FromMilliseconds(1));
        Task[] writers =
        [
            Task.Run(() => WriteAsync(0, new Random(seed), message => SendInPiecesAsync(signalR, message, new Random(seed)))),
            .. Enumerable.Range(1, Writers - 1).Select(writer => Task.Run(() => WriteAsync(writer, new Random(seed + writer), message =>
                pair.Frames.WriteMessageAsync([message.AsMemory(..HeaderLength), message.AsMemory(HeaderLength..)], isText: false, CancellationToken.None).AsTask()))),
        ];

        var next = new int[Writers];
        for (var i = 0; i < Writers * Messages; i++)
        {
            var message = Encoding.Latin1.GetBytes((await pair.ReceiveAsync()).Text);
            var writer = BinaryPrimitives.ReadInt32LittleEndian(message);
            message.AsSpan().SequenceEqual(Message(writer, next[writer], message.Length)).Should().BeTrue($"writer {writer} wrote that as number {next[writer]}");
            next[writer]++;
        }

        await Task.WhenAll(writers).WaitAsync(Eventually.DefaultTimeout);
        next.Should().AllBeEquivalentTo(Messages);
    }

    private static async Task WriteAsync(int writer, Random random, Func<byte[], Task> write)
    {
        for (var number = 0; number < Messages; number++)
            await write(Message(writer, number, HeaderLength + random.Next(random.Next(100) == 0 ? 100_000 : 1000)));
    }

    /// <summary>As SignalR does with what lies in several pieces of its pipe.</summary>
    private static async Task SendInPiecesAsync(WebSocket socket, byte[] message, Random random)
    {
        var from = 0;
        while (random.Next(2) == 0)
        {
            var to = random.Next(from, message.Length);
            await socket.SendAsync(message.AsMemory(from..to), WebSocketMessageType.Binary, endOfMessage: false, CancellationToken.None);
            from = to;
        }

        await socket.SendAsync(message.AsMemory(from..), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    /// <summary>Who wrote it, its number, and bytes that are those of no other message.</summary>
    private static byte[] Message(int writer, int number, int length)
    {
        var message = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(message, writer);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), number);
        for (var i = HeaderLength; i < length; i++)
            message[i] = (byte)((number * 31) + (writer * 7) + i);
        return message;
    }
}
