using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using FluentAssertions.Execution;
using MessagePack;

namespace Bridge.Tests.Contracts;

public sealed class BridgeMessageTests
{
    private static readonly (string Name, byte[] Bytes)[] Payloads =
    [
        ("empty", []),
        ("text", "21.5 °C 🌡"u8.ToArray()),
        ("json", """{"a":"\u00e9 <b>'+'\""}"""u8.ToArray()),
        ("zero", [0]),
        ("text with a zero", "a\0b"u8.ToArray()),
        ("invalid UTF-8", [0xC3, 0x28]),
        ("overlong", [0xC0, 0x80]),
        ("surrogate", [0xED, 0xA0, 0x80]),
        ("cut short", [0x61, 0xE2, 0x82]),
        ("256 KB at random", RandomBytes(256 * 1024)),
        ("256 KB of text", Encoding.UTF8.GetBytes(new string('ä', 128 * 1024))),
    ];

    public static TheoryData<string, string, byte[]> PayloadsInEachProtocol()
    {
        var data = new TheoryData<string, string, byte[]>();
        foreach (var (name, bytes) in Payloads)
        {
            data.Add(HubWire.Json, name, bytes);
            data.Add(HubWire.MessagePack, name, bytes);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(PayloadsInEachProtocol))]
    public void RoundTrip_AnyPayload_KeepsEveryMember(string protocol, string name, byte[] payload)
    {
        using var scope = new AssertionScope(name);

        HubWire.RoundTrip(protocol, Envelopes.Full(payload)).ShouldBe(Envelopes.Full(payload));
        HubWire.RoundTrip(protocol, Envelopes.Plain(payload)).ShouldBe(Envelopes.Plain(payload));
    }

    [Fact]
    public void WriteJson_ContractsExample_IsItsExactText()
    {
        var message = Envelopes.Plain("21.5"u8.ToArray()) with
        {
            BrokerKey = "plant",
            QualityOfService = QualityOfService.AtLeastOnce,
            Cursor = "k3f9.18233",
            ContentType = "text/plain",
            UserProperties = [new("unit", "C")],
            ResponseTopic = "plant/1/answer",
            CorrelationData = new byte[] { 0xFB, 0xFF },
            ExpiresAt = new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero),
        };

        WriteJson(message, EnvelopeMembers.BrokerAndCursor | EnvelopeMembers.Usual).Should().Be(
            """
            {"brokerKey":"plant","topic":"plant/1/temp","message":"21.5","qos":1,"retain":false,
            "receivedAt":"2026-11-22T10:00:00.123Z","cursor":"k3f9.18233","source":"live",
            "contentType":"text/plain","userProperties":[["unit","C"]],"responseTopic":"plant/1/answer",
            "correlationData":"+/8=","expiresAt":"2026-11-23T10:00:00.000Z"}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void WriteJson_InBatch_LeavesOutBrokerCursorAndWhatSaysNothing()
    {
        var message = Envelopes.Plain([]) with { BrokerKey = "plant", Cursor = "k3f9.18233" };

        WriteJson(message, EnvelopeMembers.InBatch).Should().Be(
            """{"topic":"plant/1/temp","message":"","receivedAt":"2026-11-22T10:00:00.123Z"}""");
    }

    [Fact]
    public void WriteJson_InBatchWithUnusualValues_WritesThem()
    {
        using var json = JsonDocument.Parse(WriteJson(Envelopes.Full([0xFF]), EnvelopeMembers.InBatch));

        json.RootElement.EnumerateObject().Select(member => member.Name).Should().Equal(
            "topic", "messageBase64", "qos", "retain", "receivedAt", "source", "contentType", "userProperties",
            "responseTopic", "correlationData", "expiresAt");
        json.RootElement.GetProperty("source").GetString().Should().Be("restored");
    }

    [Fact]
    public void WriteMessagePack_InBatch_LeavesOutBrokerCursorAndWhatSaysNothing() =>
        MembersInBatch(Envelopes.Plain([]) with { BrokerKey = "plant", Cursor = "k3f9.18233" })
            .Should().Equal("topic", "message", "receivedAt");

    [Fact]
    public void WriteMessagePack_InBatchWithUnusualValues_WritesThem() =>
        MembersInBatch(Envelopes.Full([])).Should().Equal(
            "topic", "message", "qos", "retain", "receivedAt", "source", "contentType", "userProperties",
            "responseTopic", "correlationData", "expiresAt");

    [Fact]
    public void WriteMessagePack_ValidText_IsStr() =>
        HubWire.Members(Envelopes.Plain("21.5 °C"u8.ToArray()))["message"].Should().Be("21.5 °C");

    [Fact]
    public void WriteMessagePack_Zero_IsStr() =>
        HubWire.Members(Envelopes.Plain([0]))["message"].Should().Be("\0");

    [Fact]
    public void WriteMessagePack_InvalidText_IsBin() =>
        HubWire.Members(Envelopes.Plain([0xC3, 0x28]))["message"].Should().BeEquivalentTo(new byte[] { 0xC3, 0x28 });

    [Fact]
    public void WriteMessagePack_Time_IsTextInUtcWithMilliseconds() =>
        HubWire.Members(Envelopes.Plain([]) with { ReceivedAt = new(2026, 11, 22, 11, 0, 0, 7, TimeSpan.FromHours(1)) })["receivedAt"]
            .Should().Be("2026-11-22T10:00:00.007Z");

    [Theory]
    [InlineData(HubWire.Json)]
    [InlineData(HubWire.MessagePack)]
    public void Read_MembersOfANewerBridge_AreIgnored(string protocol)
    {
        var newer = new Dictionary<string, object?>
        {
            ["novelty"] = new Dictionary<string, object?> { ["deep"] = new object?[] { 1, null } },
            ["topic"] = "plant/1/temp",
            ["message"] = "21.5",
            ["receivedAt"] = "2026-11-22T10:00:00.123Z",
        };

        HubWire.Read<BridgeMessage>(protocol, HubWire.Write(protocol, newer)).ShouldBe(Envelopes.Plain("21.5"u8.ToArray()));
    }

    private static List<string> MembersInBatch(BridgeMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        BridgeMessageFormatter.Write(ref writer, message, EnvelopeMembers.InBatch);
        writer.Flush();
        var reader = new MessagePackReader(buffer.WrittenMemory);
        var names = new List<string>();
        for (var remaining = reader.ReadMapHeader(); remaining > 0; remaining--)
        {
            names.Add(reader.ReadString()!);
            reader.Skip();
        }

        reader.End.Should().BeTrue("the map header counts all members");
        return names;
    }

    private static string WriteJson(BridgeMessage message, EnvelopeMembers members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            BridgeMessageJsonConverter.Write(writer, message, members);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(17).NextBytes(bytes);
        return bytes;
    }
}
