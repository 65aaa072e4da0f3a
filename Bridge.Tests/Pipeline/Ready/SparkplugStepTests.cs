using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;
using static Bridge.Tests.Pipeline.Ready.SparkplugMessages;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class SparkplugStepTests
{
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
}
