using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using CsCheck;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class SparkplugStepTests
{
    private const string Data = "spBv1.0/plant/DDATA/line1/press";

    private const string DefaultSettings = """ "Prefix": "sparkplug/" """;

    [Fact]
    public void Process_DataOfADevice_IsAMessageForEachMetric()
    {
        // Two metrics, a sequence number, and a field of a later version.
        byte[] payload =
        [
            0x08, 0x80, 0xD0, 0x95, 0xFF, 0xBC, 0x31, // timestamp = 1700000000000
            0x12, 0x0D, 0x0A, 0x04, (byte)'t', (byte)'e', (byte)'m', (byte)'p', 0x20, 0x09, 0x65, 0x00, 0x00, 0xAC, 0x41, // Float 21.5
            0x12, 0x0B, 0x0A, 0x05, (byte)'f', (byte)'a', (byte)'n', (byte)'/', (byte)'1', 0x20, 0x0B, 0x70, 0x01, // Boolean true
            0x18, 0x07,
            0xFA, 0x06, 0x01, 0xFF,
        ];

        var result = Run(Data, payload);

        result.Outcome.Should().Be(StepOutcome.Split);
        result.Messages.Select(message => (message.Topic, message.GetText())).Should().Equal(
            ("sparkplug/plant/line1/press/temp", "21.5"), ("sparkplug/plant/line1/press/fan/1", "true"));
        result.Messages[0].UserProperties.Should().Equal(
            new UserProperty("unit", "C"), new("messageType", "DDATA"), new("type", "Float"), new("timestamp", "1700000000000"));
        result.Messages[0].Should().Match<BridgeMessage>(message =>
            message.BrokerKey == "plant" && message.QualityOfService == QualityOfService.AtLeastOnce && message.ContentType == null);
    }

    public static TheoryData<int, byte[], string> Values => new()
    {
        { 1, Varint(10, 0xFF), "-1" },
        { 1, Varint(10, 0xFFFFFF80), "-128" },
        { 2, Varint(10, 0xFFFE), "-2" },
        { 3, Varint(10, 0xFFFFFFFF), "-1" },
        { 3, Varint(10, 0x80000000), "-2147483648" },
        { 4, Varint(11, ulong.MaxValue), "-1" },
        { 4, Varint(11, 1UL << 63), "-9223372036854775808" },
        { 5, Varint(10, 255), "255" },
        { 6, Varint(10, 65535), "65535" },
        { 7, Varint(10, 4294967295), "4294967295" },
        { 7, Varint(11, 4294967295), "4294967295" },
        { 8, Varint(11, ulong.MaxValue), "18446744073709551615" },
        { 9, Fixed32(12, 0.1f), "0.1" },
        { 9, Fixed32(12, float.NaN), "NaN" },
        { 10, Fixed64(13, 0.1 + 0.2), "0.30000000000000004" },
        { 10, Fixed64(13, 1e300), "1E+300" },
        { 11, Varint(14, 0), "false" },
        { 12, Text(15, "grün \"x\""), "grün \"x\"" },
        { 12, Text(15, ""), "" },
        { 13, Varint(11, 1700000000000), "1700000000000" },
        { 14, Text(15, "t"), "t" },
        { 17, Bytes(16, [1, 65]), "\u0001A" },
        { 3, Varint(7, 1), "null" },
        { 3, [], "null" },
        { 22, Bytes(16, [1, 0xFF]), "[1,-1]" },
        { 23, Bytes(16, [1, 0, 0xFE, 0xFF]), "[1,-2]" },
        { 24, Bytes(16, [0xFD, 0xFF, 0xFF, 0xFF]), "[-3]" },
        { 25, Bytes(16, [0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), "[-4]" },
        { 26, Bytes(16, [255]), "[255]" },
        { 27, Bytes(16, [0xFF, 0xFF]), "[65535]" },
        { 28, Bytes(16, [0xFF, 0xFF, 0xFF, 0xFF]), "[4294967295]" },
        { 29, Bytes(16, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), "[18446744073709551615]" },
        { 30, Bytes(16, BitConverter.GetBytes(1.5f), BitConverter.GetBytes(float.PositiveInfinity)), "[1.5,\"Infinity\"]" },
        { 31, Bytes(16, BitConverter.GetBytes(0.1)), "[0.1]" },
        { 32, Bytes(16, [10, 0, 0, 0, 0b1010_0000, 0b0100_0000]), "[true,false,true,false,false,false,false,false,false,true]" },
        { 32, Bytes(16, [0, 0, 0, 0]), "[]" },
        { 33, Bytes(16, "a\0\0é\0"u8.ToArray()), "[\"a\",\"\",\"é\"]" },
        { 34, Bytes(16, BitConverter.GetBytes(5L)), "[5]" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Process_Value_IsItsText(int type, byte[] value, string expected) =>
        Run(Data, Metric("m", type, value)).Messages.Should().ContainSingle().Which.GetText().Should().Be(expected);

    [Fact]
    public void Process_DataSet_IsJson()
    {
        var set = Bytes(
            17,
            Varint(1, 2),
            Text(2, "name"),
            Text(2, "count"),
            Varint(3, 12),
            Varint(3, 1),
            Bytes(4, Bytes(1, Text(6, "a")), Bytes(1, Varint(1, 0xFF))),
            Bytes(4, Bytes(1, Text(6, "b")), Bytes(1)));

        var message = Run(Data, Metric("m", 16, set)).Messages.Single();

        message.GetText().Should().Be("""{"columns":["name","count"],"types":["String","Int8"],"rows":[["a",-1],["b",null]]}""");
        message.ContentType.Should().Be("application/json");
    }

    [Fact]
    public void Process_Template_IsJson()
    {
        var template = Bytes(
            18,
            Text(1, "v1"),
            Bytes(2, Text(1, "rpm"), Varint(4, 3), Varint(10, 0xFFFFFFFF)),
            Bytes(2, Text(1, "raw"), Varint(4, 17), Bytes(16, [1, 2])),
            Bytes(3, Text(1, "scale"), Varint(2, 10), Fixed64(6, 0.5)),
            Text(4, "motor"),
            Varint(5, 0));

        Run(Data, Metric("m", 19, template)).Messages.Single().GetText().Should().Be(
            """
            {"version":"v1","templateRef":"motor","isDefinition":false,"metrics":[{"name":"rpm","type":"Int32","value":-1},{"name":"raw","type":"Bytes","value":"AQI="}],"parameters":[{"name":"scale","type":"Double","value":0.5}]}
            """);
    }

    [Theory]
    [InlineData("spBv1.0/g/NDATA/e", "sparkplug/g/e/m")]
    [InlineData("spBv1.0/g/NDEATH/e", "sparkplug/g/e/m")]
    [InlineData("spBv1.0/g/NBIRTH/e", "sparkplug/g/e/m")]
    [InlineData("spBv1.0/g/DDATA/e/d", "sparkplug/g/e/d/m")]
    [InlineData("spBv1.0/g/DBIRTH/e/d", "sparkplug/g/e/d/m")]
    [InlineData("spBv1.0/g/NCMD/e", "sparkplug/g/e/$command/m")]
    [InlineData("spBv1.0/g/DCMD/e/d", "sparkplug/g/e/d/$command/m")]
    public void Process_EachKindOfMessage_IsSplit(string topic, string expected) =>
        Run(topic, Metric("m", 3, Varint(10, 1))).Messages.Should().ContainSingle().Which.Topic.Should().Be(expected);

    [Theory]
    [InlineData("spBv1.0/STATE/host")]
    [InlineData("spBv1.0/g/STATE/e")]
    [InlineData("spBv1.0/g/NDATA/e/d")]
    [InlineData("spBv1.0/g/DDATA/e")]
    [InlineData("spBv1.0/g/DDATA/e/d/x")]
    [InlineData("spBv1.0/g/ndata/e")]
    [InlineData("spBv1.0/g")]
    [InlineData("spBv1.0")]
    [InlineData("spAv1.0/g/NDATA/e")]
    [InlineData("plant/temp")]
    public void Process_OtherTopics_Pass(string topic) => Run(topic, Metric("m", 3, Varint(10, 1))).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Process_WithoutMetrics_Passes() =>
        Run("spBv1.0/g/DDEATH/e/d", [.. Varint(1, 5), .. Varint(3, 1)]).Outcome.Should().Be(StepOutcome.Pass);

    [Theory]
    [InlineData("a+b#c\0d", "a_b_c_d")]
    [InlineData("a//b/", "a//b/")]
    [InlineData("Grün 1", "Grün 1")]
    public void Process_NameThatIsNoTopic_IsMadeOne(string name, string expected) =>
        Run(Data, Metric(name, 3, Varint(10, 1))).Messages.Single().Topic.Should().Be($"sparkplug/plant/line1/press/{expected}");

    [Theory]
    [InlineData("keep", 2)]
    [InlineData("drop", 1)]
    public void Process_HistoricalMetric_IsAsConfigured(string historical, int expected)
    {
        var result = Step($$""" "Historical": "{{historical}}" """).Run(
            Message(Data, [.. Metric("m", 3, [.. Varint(10, 1), .. Varint(5, 1)]), .. Metric("n", 3, Varint(10, 2))]));

        result.Messages.Should().HaveCount(expected);
        result.Messages[^1].UserProperties.Should().NotContain(property => property.Name == "historical");
        if (expected == 2)
            result.Messages[0].UserProperties.Should().Contain(new UserProperty("historical", "true"));
    }

    [Fact]
    public void Process_OwnPrefix_IsUsed() =>
        Step(""" "Prefix": "" """).Run(Message(Data, Metric("m", 3, Varint(10, 1)))).Messages.Single().Topic.Should().Be("plant/line1/press/m");

    [Theory]
    [InlineData("FF")]
    [InlineData("1205")]
    [InlineData("120A")]
    [InlineData("12020A05")]
    [InlineData("12035807")]
    public void Process_Malformed_IsRejected(string hex) =>
        Run(Data, Convert.FromHexString(hex)).Reason.Should().StartWith("The payload is no Sparkplug B: ");

    [Theory]
    [InlineData(23, new byte[] { 1 })]
    [InlineData(32, new byte[] { 1, 0, 0 })]
    [InlineData(32, new byte[] { 9, 0, 0, 0, 1 })]
    [InlineData(32, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 1 })]
    [InlineData(33, new byte[] { 65 })]
    public void Process_MalformedArray_IsRejected(int type, byte[] value) =>
        Run(Data, Metric("m", type, Bytes(16, value))).Reason.Should().StartWith("The payload is no Sparkplug B: ");

    [Fact]
    public void Process_MetricWithoutNameAndAlias_IsRejected() =>
        Run(Data, [.. Metric("m", 3, Varint(10, 1)), .. Bytes(2, Varint(4, 3), Varint(10, 1))]).Reason.Should()
            .Be("The payload is no Sparkplug B: metric 1 of it has neither a name nor an alias");

    [Fact]
    public void Process_NameTooLongForATopic_IsRejected() =>
        Run(Data, Metric(new string('x', 65_530), 3, Varint(10, 1))).Reason.Should().Contain("longer than 65535 bytes");

    [Fact]
    public void Process_TemplatesWithoutEnd_AreRejected()
    {
        var metric = Metric("m", 19, []);
        for (var i = 0; i < 500; i++)
            metric = Bytes(2, Bytes(18, metric));

        Run(Data, metric).Outcome.Should().Be(StepOutcome.Reject);
    }

    [Fact]
    public void Process_AnyBytes_AreSplitPassedOrRejected()
    {
        var step = Step(DefaultSettings);
        Gen.Byte.Array[0, 60].Sample(
            bytes => step.Run(Message(Data, bytes)).Outcome is StepOutcome.Split or StepOutcome.Pass or StepOutcome.Reject,
            iter: 20_000);
    }

    [Fact]
    public void Process_OtherTopic_AllocatesNothing() =>
        Step(DefaultSettings).Allocated(TestMessages.Message("plant/temp", "1"), StepOutcome.Pass).Should().Be(0);

    [Fact]
    public void Process_Deletion_Passes() => Step(DefaultSettings).Run("", Data, retain: true).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Check_WhatCannotBe_SaysSo() =>
        ReadyStepOf.GroupErrors(""" "Sparkplug": { "Prefix": "a/+/", "Historical": "x", "BirthBytes": 1 } """).Should().Equal(
            "Sparkplug:Historical: expected one of keep, drop, found 'x'",
            "Sparkplug:Prefix: A topic name must not contain a wildcard, and has '+' at character 3.",
            "Sparkplug:BirthBytes: must be between 65536 and 17179869184, is 1");

    private static byte[] Metric(string name, int type, byte[] value) => Bytes(2, Text(1, name), Varint(4, (ulong)type), value);

    private static BridgeMessage Message(string topic, byte[] payload) => TestMessages.Message(topic, payload) with
    {
        ContentType = "application/x-protobuf",
        QualityOfService = QualityOfService.AtLeastOnce,
        UserProperties = [new("unit", "C")],
    };

    private static MessageStep Step(string settings) => ReadyStepOf.Group($$""" "Sparkplug": { {{settings}} } """);

    private static StepResult Run(string topic, byte[] payload) => Step(DefaultSettings).Run(Message(topic, payload));
}
