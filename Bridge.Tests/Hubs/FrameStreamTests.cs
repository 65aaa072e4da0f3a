using System.Net.WebSockets;

namespace Bridge.Tests.Hubs;

/// <summary>Messages between those of SignalR: never within one, never before the first, and never after the end.</summary>
public sealed class FrameStreamTests
{
    private const byte Text = 0x81;
    private const byte FirstOfText = 0x01;
    private const byte More = 0x00;
    private const byte Last = 0x80;
    private const byte Close = 0x88;
    private const byte Ping = 0x89;
    private const byte Pong = 0x8A;
    private const string NormalEnd = "\u0003\u00E8";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_BeforeSignalRsFirst_WaitsForIt(bool withSocket)
    {
        using var pair = await FramePair.ConnectAsync(withSocket);

        var write = pair.WriteMessageAsync(isText: true, "batch");
        await pair.WriteFrameAsync(Pong);
        write.IsCompleted.Should().BeFalse("a pong is no message");
        await pair.WriteFrameAsync(Text, "{}");

        (await pair.ReceiveAsync()).Text.Should().Be("{}");
        (await pair.ReceiveAsync()).Text.Should().Be("batch");
        await write;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_WithinAMessageOfSignalRs_WaitsForItsLastFrame(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);

        await pair.WriteFrameAsync(FirstOfText, "a");
        var write = pair.WriteMessageAsync(isText: true, "batch");
        foreach (var (head, payload) in new[] { (More, "b"), (Pong, ""), (More, ""), (Ping, "?") })
        {
            await pair.WriteFrameAsync(head, payload);
            write.IsCompleted.Should().BeFalse();
        }

        await pair.WriteFrameAsync(Last, "c");

        (await pair.ReceiveAsync()).Text.Should().Be("abc");
        (await pair.ReceiveAsync()).Text.Should().Be("batch");
        await write;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_AfterAPong_NeedNotWait(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);

        await pair.WriteFrameAsync(Pong);
        await pair.WriteMessageAsync(isText: true, "batch");

        (await pair.ReceiveAsync()).Text.Should().Be("batch");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_AfterTheClose_IsNeverWritten(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);
        using var ended = new CancellationTokenSource();

        await pair.WriteFrameAsync(Close, NormalEnd);
        var write = pair.Frames.WriteMessageAsync([new byte[10]], isText: true, ended.Token).AsTask();
        (await pair.ReceiveAsync()).Type.Should().Be(WebSocketMessageType.Close);
        write.IsCompleted.Should().BeFalse();
        await ended.CancelAsync();

        await FluentActions.Awaiting(() => write).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_SeveralRecords_AreOneMessage(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);

        await pair.WriteMessageAsync(isText: false, "one", "", "two", new string('3', 70_000));

        (await pair.ReceiveAsync()).Should().Be((WebSocketMessageType.Binary, "onetwo" + new string('3', 70_000)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task WriteMessage_OfEachLength_ArrivesWhole(int length)
    {
        foreach (var (withSocket, isText) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            using var pair = await FramePair.OpenAsync(withSocket);
            var text = string.Create(length, 0, static (chars, _) =>
            {
                for (var i = 0; i < chars.Length; i++)
                    chars[i] = (char)('a' + (i % 26));
            });

            // What is larger than the system's buffers is taken while it is read.
            var writes = Task.WhenAll(pair.WriteMessageAsync(isText, text), pair.WriteMessageAsync(isText, "next"));

            var type = isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            (await pair.ReceiveAsync()).Should().Be((type, text));
            (await pair.ReceiveAsync()).Should().Be((type, "next"));
            await writes;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_CancelledWhileItWaitsForItsTurn_LeavesTheOthersAlone(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);
        using var ended = new CancellationTokenSource();

        await pair.WriteFrameAsync(FirstOfText, "a");
        var write = pair.Frames.WriteMessageAsync([new byte[10]], isText: true, ended.Token).AsTask();
        var other = pair.WriteMessageAsync(isText: true, "batch");
        await ended.CancelAsync();
        await FluentActions.Awaiting(() => write).Should().ThrowAsync<OperationCanceledException>();
        await pair.WriteFrameAsync(Last, "b");

        (await pair.ReceiveAsync()).Text.Should().Be("ab");
        (await pair.ReceiveAsync()).Text.Should().Be("batch");
        await other;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteMessage_CancelledWhileNobodyReads_LetsNothingIntoTheRestOfItsFrame(bool withSocket)
    {
        using var pair = await FramePair.OpenAsync(withSocket);
        using var ended = new CancellationTokenSource();

        // More than the system takes for a connection that does not read.
        var write = pair.Frames.WriteMessageAsync([new byte[32_000_000]], isText: false, ended.Token).AsTask();
        write.IsCompleted.Should().BeFalse();
        await ended.CancelAsync();
        await FluentActions.Awaiting(() => write).Should().ThrowAsync<OperationCanceledException>();

        await FluentActions.Awaiting(() => pair.WriteMessageAsync(isText: true, "batch")).Should().ThrowAsync<IOException>();
        await FluentActions.Awaiting(() => pair.WriteFrameAsync(Close, NormalEnd)).Should().ThrowAsync<IOException>();
        pair.EndServer();
        await FluentActions.Awaiting(pair.ReceiveAsync).Should().ThrowAsync<WebSocketException>("the message has no end");
    }
}
