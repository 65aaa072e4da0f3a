using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

public sealed class EventStreamRecordsTests
{
    private static readonly BatchHeader Header = new("s1", "plant", "k3f9.20");

    [Theory]
    [InlineData("21.5")]
    [InlineData("")]
    [InlineData("two\nlines\r\nand data: x\n\nid: 7\n\n")]
    [InlineData("\u2028 \u0000 é 🚀 \" \\")]
    public void EncodeMessages_AnyText_IsOneEventWithItsCursorAsId(string text)
    {
        var item = Read(Encode(Header, Message(18, "a", text))).Should().ContainSingle().Subject;

        (item.EventType, item.EventId).Should().Be(("message", "k3f9.18"));
        var envelope = JsonSerializer.Deserialize<JsonElement>(item.Data);
        envelope.GetProperty("message").GetString().Should().Be(text);
        envelope.EnumerateObject().Select(member => member.Name)
            .Should().Equal("brokerKey", "topic", "message", "qos", "retain", "receivedAt", "source");
    }

    [Fact]
    public void EncodeMessages_BytesThatAreNoText_AreBase64()
    {
        var message = new SequencedMessage(1, TestMessages.Message("a", new byte[] { 0xFF, 0 }));

        var item = Read(Encode(Header, message)).Single();

        JsonSerializer.Deserialize<JsonElement>(item.Data).GetProperty("messageBase64").GetBytesFromBase64().Should().Equal(0xFF, 0);
    }

    [Fact]
    public void EncodeMessages_SkippedAndLastOfASnapshot_TellsThemBeforeAndBehind()
    {
        var items = Read(Encode(Header with { Skipped = 7, SnapshotComplete = true }, Message(18, "a", "1"), Message(20, "b", "2")));

        items.Select(item => (item.EventType, item.EventId)).Should().Equal(
            ("skipped", null), ("message", "k3f9.18"), ("message", "k3f9.20"), ("snapshot-complete", "k3f9.20"));
        items[0].Data.Should().Be("""{"skipped":7}""");
        items[3].Data.Should().Be("""{"cursor":"k3f9.20"}""");
    }

    [Fact]
    public void EncodeState_Change_IsAnEventWithoutId()
    {
        var change = new BrokerStateChange { BrokerKey = "plant", State = BrokerState.Disconnected, Since = DateTimeOffset.UnixEpoch, LastError = "gone" };

        var item = Read(WireRecords.EncodeState(WireFormat.EventStream, change)).Single();

        (item.EventType, item.EventId).Should().Be(("state", null));
        JsonSerializer.Deserialize<BrokerStateChange>(item.Data, JsonSerializerOptions.Web).Should().Be(change);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("k3f9.7", "k3f9.7")]
    public void Heartbeat_IsNoEventAndTellsWhereItHasComeTo(string? cursor, string lastEventId)
    {
        var parser = SseParser.Create(new MemoryStream(new Heartbeat(cursor).Get(WireFormat.EventStream)), static (_, _) => "");

        parser.Enumerate().Should().BeEmpty();
        parser.LastEventId.Should().Be(lastEventId);
    }

    private static byte[] Encode(in BatchHeader header, params SequencedMessage[] messages) =>
        WireRecords.EncodeMessages(WireFormat.EventStream, header, messages);

    private static SequencedMessage Message(long position, string topic, string text) =>
        new(position, TestMessages.Message(topic, text, retain: false, DateTimeOffset.UnixEpoch));

    private static List<SseItem<string>> Read(byte[] events) =>
        [.. SseParser.Create(new MemoryStream(events), static (_, data) => Encoding.UTF8.GetString(data)).Enumerate()];
}
