using Bridge.Contracts.Steps;
using CsCheck;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;
using static Bridge.Tests.Pipeline.Ready.SparkplugMessages;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>What is no Sparkplug payload is refused, whatever it is.</summary>
public sealed class SparkplugMalformedTests
{
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
}
