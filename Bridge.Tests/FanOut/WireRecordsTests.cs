using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Tests.Contracts;
using MessagePack;

namespace Bridge.Tests.FanOut;

/// <summary>The records are what SignalR's own protocols read.</summary>
public sealed class WireRecordsTests
{
    private static readonly BatchHeader Header = new("s1", "plant", "epoch.7");

    public static TheoryData<string, byte[]> ProtocolsAndPayloads()
    {
        byte[][] payloads = [[], "21.5"u8.ToArray(), "é \" \\ \u0000 \u001e \U0001F600 </script>"u8.ToArray(), [0xFF, 0x00, 0x1E, 0x80]];
        var data = new TheoryData<string, byte[]>();
        foreach (var payload in payloads)
        {
            data.Add(HubWire.Json, payload);
            data.Add(HubWire.MessagePack, payload);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ProtocolsAndPayloads))]
    public void EncodeMessages_EveryMember_IsReadAsItWas(string protocol, byte[] payload)
    {
        var header = new BatchHeader("s\"1", "plant-é", "epoch.7", Skipped: long.MaxValue, Snapshot: true, SnapshotComplete: true);
        BridgeMessage[] messages = [Envelopes.Full(payload), Envelopes.Plain(payload)];

        var batch = Read(protocol, header, messages);

        (batch.Subscription, batch.BrokerKey, batch.Cursor, batch.Skipped, batch.Snapshot, batch.SnapshotComplete)
            .Should().Be(("s\"1", "plant-é", "epoch.7", long.MaxValue, true, true));
        batch.Messages.Should().HaveCount(2);
        // Who reads a batch has the broker from its header.
        batch.Messages[0].ShouldBe(messages[0] with { BrokerKey = "", Cursor = null });
        batch.Messages[1].ShouldBe(messages[1] with { BrokerKey = "" });
    }

    [Theory]
    [InlineData(HubWire.Json)]
    [InlineData(HubWire.MessagePack)]
    public void EncodeMessages_NoMessages_IsAnEmptyBatch(string protocol)
    {
        var batch = Read(protocol, Header);

        batch.Messages.Should().BeEmpty();
        (batch.Skipped, batch.Snapshot, batch.SnapshotComplete).Should().Be((0, false, false));
    }

    [Fact]
    public void EncodeMessages_NothingToSayInTheHeader_LeavesThoseMembersOut()
    {
        string[] usual = ["subscription", "brokerKey", "cursor", "messages"];

        MembersInJson(Header).Should().Equal(usual);
        MembersInMessagePack(Header).Should().Equal(usual);
        MembersInJson(Header with { Skipped = 1, Snapshot = true }).Should().Equal("subscription", "brokerKey", "cursor", "skipped", "snapshot", "messages");
        MembersInMessagePack(Header with { Snapshot = true, SnapshotComplete = true })
            .Should().Equal("subscription", "brokerKey", "cursor", "snapshot", "snapshotComplete", "messages");
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_151)]
    [InlineData(2_097_152)]
    public void EncodeMessages_AtALengthPrefixBoundary_IsOneWholeRecord(int length)
    {
        // A text's own length takes more bytes from some length on, so not every length can be had with one text alone.
        var headers =
            from subscription in Enumerable.Range(1, 4)
            from cursor in Enumerable.Range(length - 100, 60)
            select Header with { Subscription = new string('s', subscription), Cursor = new string('c', cursor) };
        var header = headers.First(header => Encode(WireFormat.MessagePack, header).Length == length + PrefixLength(length));
        var record = Encode(WireFormat.MessagePack, header);

        HubWire.Read<MessageBatch>(HubWire.MessagePack, record).Cursor.Should().Be(header.Cursor);
        record[PrefixLength(length) - 1].Should().BeLessThan(0x80, "the prefix ends there");
        record[PrefixLength(length)].Should().Be(0x96, "the record's array begins there");
    }

    [Fact]
    public void EncodeMessages_AfterAHugeBatch_GivesTheSameBytesAsBefore()
    {
        var message = Envelopes.Full("text"u8.ToArray());
        foreach (var format in Enum.GetValues<WireFormat>())
        {
            var before = Encode(format, Header, message);

            Encode(format, Header, Envelopes.Plain(new byte[5_000_000]));

            Encode(format, Header, message).Should().Equal(before);
        }
    }

    [Fact]
    public void EncodeMessages_TextInJson_IsEscapedOnlyWhereJsonNeedsIt() =>
        Encoding.UTF8.GetString(Encode(WireFormat.Json, Header, Envelopes.Plain("é<b>+"u8.ToArray()))).Should().Contain("é<b>+");

    [Theory]
    [InlineData(HubWire.Json, null)]
    [InlineData(HubWire.Json, "é \" \u001e")]
    [InlineData(HubWire.MessagePack, null)]
    [InlineData(HubWire.MessagePack, "é \" \u001e")]
    public void EncodeState_EveryState_IsReadAsItWas(string protocol, string? lastError)
    {
        foreach (var state in Enum.GetValues<BrokerState>())
        {
            var change = new BrokerStateChange { BrokerKey = "plant", State = state, Since = Envelopes.Plain([]).ReceivedAt, LastError = lastError };

            HubWire.Read<BrokerStateChange>(protocol, WireRecords.EncodeState(FormatOf(protocol), change)).Should().Be(change);
        }
    }

    private static MessageBatch Read(string protocol, BatchHeader header, params BridgeMessage[] messages) =>
        HubWire.Read<MessageBatch>(protocol, Encode(FormatOf(protocol), header, messages));

    private static byte[] Encode(WireFormat format, BatchHeader header, params BridgeMessage[] messages) =>
        WireRecords.EncodeMessages(format, header, messages.Select((message, i) => new SequencedMessage(i + 1, message)).ToArray());

    private static WireFormat FormatOf(string protocol) => protocol == HubWire.Json ? WireFormat.Json : WireFormat.MessagePack;

    private static int PrefixLength(int length) => length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;

    private static IEnumerable<string> MembersInJson(BatchHeader header)
    {
        using var document = JsonDocument.Parse(Encode(WireFormat.Json, header).AsMemory()[..^1]);
        document.RootElement.GetProperty("target").GetString().Should().Be(ClientMethods.Messages);
        return [.. document.RootElement.GetProperty("arguments")[0].EnumerateObject().Select(member => member.Name)];
    }

    private static IEnumerable<string> MembersInMessagePack(BatchHeader header)
    {
        var call = MessagePackSerializer.Deserialize<object[]>(Encode(WireFormat.MessagePack, header).AsMemory()[1..]);
        call[3].Should().Be(ClientMethods.Messages);
        return ((Dictionary<object, object>)((object[])call[4])[0]).Keys.Cast<string>();
    }
}
