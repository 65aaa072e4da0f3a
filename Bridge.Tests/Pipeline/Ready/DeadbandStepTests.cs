using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class DeadbandStepTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(""" "Absolute": 0.5 """, "20 20.5 20.51 20.02 20.01 20", "20 20.51 20")]
    [InlineData(""" "Absolute": 0.1 """, "20.1 20.2 20.0 20.21", "20.1 20.21")]
    [InlineData(""" "Absolute": 0 """, "1 1.0 1e0 1.0000001 1", "1 1.0000001 1")]
    [InlineData(""" "Absolute": 1 """, "0 0.9 1.8 2.7", "0 1.8")]
    [InlineData(""" "Absolute": 1 """, "9223372036854775800 9223372036854775801 9223372036854775802", "9223372036854775800 9223372036854775802")]
    [InlineData(""" "Percent": 10 """, "100 110 110.1 99.1 99.0", "100 110.1 99.0")]
    [InlineData(""" "Percent": 10 """, "-100 -110 -111", "-100 -111")]
    [InlineData(""" "Percent": 10 """, "0 0 0.001 0", "0 0.001 0")]
    [InlineData(""" "Percent": 0 """, "5 5 6", "5 6")]
    [InlineData(""" "Absolute": 1 """, "1e300 1.1e300 1.1e300 -1e308", "1e300 1.1e300 -1e308")]
    [InlineData(""" "Absolute": 0 """, "1e-300 2e-300 2e-300", "1e-300 2e-300")]
    public void Process_Numbers_OnlyThoseThatDifferGoOn(string settings, string payloads, string expected)
    {
        var step = Step(settings);

        payloads.Split(' ').Where(payload => step.Run(payload).Outcome == StepOutcome.Pass).Should().Equal(expected.Split(' '));
    }

    [Theory]
    [InlineData("offline")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("1e999")]
    [InlineData("20,5")]
    [InlineData("0x10")]
    [InlineData("20 C")]
    public void Process_NoNumber_PassesAndSoDoesTheNumberAfterIt(string other)
    {
        var step = Step(""" "Absolute": 1 """);

        step.Run("20").Outcome.Should().Be(StepOutcome.Pass);
        step.Run(other).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(other).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("20").Outcome.Should().Be(StepOutcome.Pass);
        step.Run(" 20\n").Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_Path_ComparesTheValueThere()
    {
        var step = Step(""" "Absolute": 1, "Path": "v[0]" """);

        step.Run("""{"v":[20],"at":1}""").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("""{"v":[20.5],"at":2}""").Outcome.Should().Be(StepOutcome.Drop);
        step.Run("""{"v":["21"]}""").Outcome.Should().Be(StepOutcome.Drop, "texts that are numbers count");
        step.Run("""{"v":[22]}""").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("""{"v":[true]}""").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("""{"v":[22]}""").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("{}").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("no JSON").Outcome.Should().Be(StepOutcome.Pass);
    }

    [Fact]
    public void Process_SilentForLong_GoesOn()
    {
        var step = Step(""" "Absolute": 1, "MaxSilenceSeconds": 60 """);

        step.Run("20").Outcome.Should().Be(StepOutcome.Pass);
        _time.Advance(TimeSpan.FromSeconds(59));
        step.Run("20.1").Outcome.Should().Be(StepOutcome.Drop);
        _time.Advance(TimeSpan.FromSeconds(1));
        step.Run("20.9").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("21.1").Outcome.Should().Be(StepOutcome.Drop, "it is compared with the last that went on");
    }

    [Fact]
    public void Process_NoMaxSilence_NeverGoesOnForItsAge()
    {
        var step = Step(""" "Absolute": 1 """);
        step.Run("20");

        _time.Advance(TimeSpan.FromDays(1000));

        step.Run("20").Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_Deletion_PassesAndForgets()
    {
        var step = Step(""" "Absolute": 1 """);

        step.Run("20", retain: true).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("20", retain: true).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("20", retain: true).Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_OtherTopicBrokerOrWay_IsComparedApart()
    {
        var step = Step(""" "Absolute": 1 """);
        var message = TestMessages.Message("t", "20");

        step.Run(message).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message with { Topic = "u" }).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message with { BrokerKey = "cloud" }).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message, StepStage.Publish).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message).Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_MoreTopicsThanRemembered_ForgetsTheOneUsedLeastRecently()
    {
        var step = Step(""" "Absolute": 1, "MaxTopics": 2 """);

        foreach (var topic in new[] { "a", "b", "a", "c" })
            step.Run("1", topic);

        step.Run("1", "a").Outcome.Should().Be(StepOutcome.Drop);
        step.Run("1", "b").Outcome.Should().Be(StepOutcome.Pass, "it was forgotten");
    }

    [Theory]
    [InlineData(""" "Absolute": 1 """, "20.51")]
    [InlineData(""" "Absolute": 1, "Path": "data.temp" """, """{"data":{"x":[1],"temp":20.51}}""")]
    public void Process_KnownTopic_AllocatesNothing(string settings, string payload) =>
        Step(settings).Allocated(TestMessages.Message("t", payload), StepOutcome.Drop, first: StepOutcome.Pass).Should().Be(0);

    [Theory]
    [InlineData(""" "Path": "a" """, "Absolute: exactly one of Absolute and Percent must be set")]
    [InlineData(""" "Absolute": 1, "Percent": 1 """, "Absolute: exactly one of Absolute and Percent must be set")]
    [InlineData(""" "Absolute": -1 """, "Absolute: must be between 0 and 1.7976931348623157E+308, is -1")]
    [InlineData(""" "Absolute": 1e999 """, "Absolute: expected a number such as 2.5, found '1e999'")]
    [InlineData(""" "Percent": 1000001 """, "Percent: must be between 0 and 1000000, is 1000001")]
    [InlineData(""" "Absolute": 1, "Path": "a." """, "Path: 'a.' is no path such as data.sensors[0].value, nor a JSON Pointer such as /data/sensors/0/value")]
    [InlineData(""" "Absolute": 1, "MaxSilenceSeconds": -1 """, "MaxSilenceSeconds: must be between 0 and 31536000, is -1")]
    [InlineData(""" "Absolute": 1, "MaxTopics": 0 """, "MaxTopics: must be between 1 and 10000000, is 0")]
    public void Check_WhatCannotBe_SaysSo(string settings, string expected) =>
        ReadyStepOf.GroupErrors($$""" "Deadband": { {{settings}} } """).Should().Contain("Deadband:" + expected);

    private MessageStep Step(string settings) => ReadyStepOf.Group($$""" "Deadband": { {{settings}} } """, _time);
}
