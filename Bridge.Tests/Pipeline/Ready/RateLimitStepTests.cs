using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class RateLimitStepTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Process_TooSoon_IsDropped()
    {
        var step = Step(""" "PerSecond": 2 """);

        step.Run("1").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("2").Outcome.Should().Be(StepOutcome.Drop);
        _time.Advance(TimeSpan.FromMilliseconds(499));
        step.Run("3").Outcome.Should().Be(StepOutcome.Drop);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        step.Run("4").Outcome.Should().Be(StepOutcome.Pass);
    }

    [Fact]
    public void Process_Burst_PassesAtOnceAndComesBack()
    {
        var step = Step(""" "PerSecond": 1, "Burst": 3 """);

        Passed(step, 5).Should().Be(3);
        _time.Advance(TimeSpan.FromSeconds(2));
        Passed(step, 5).Should().Be(2);
        _time.Advance(TimeSpan.FromHours(1));
        Passed(step, 5).Should().Be(3);
    }

    [Fact]
    public void Process_SlowestRate_WaitsAThousandSeconds()
    {
        var step = Step(""" "PerSecond": 0.001 """);

        Passed(step, 2).Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(999));
        Passed(step, 2).Should().Be(0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Passed(step, 2).Should().Be(1);
    }

    [Fact]
    public void Process_OtherTopicBrokerOrWay_IsCountedApart()
    {
        var step = Step(""" "PerSecond": 1 """);
        var message = TestMessages.Message("t", "1");

        step.Run(message).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message with { Topic = "u" }).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message with { BrokerKey = "cloud" }).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message, StepStage.Publish).Outcome.Should().Be(StepOutcome.Pass);
        step.Run(message).Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_Deletion_PassesAndTakesNothing()
    {
        var step = Step(""" "PerSecond": 1 """);

        step.Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("1").Outcome.Should().Be(StepOutcome.Pass);
        step.Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);
        step.Run("").Outcome.Should().Be(StepOutcome.Drop);
    }

    [Fact]
    public void Process_MoreTopicsThanRemembered_ForgetsTheOneUsedLeastRecently()
    {
        var step = Step(""" "PerSecond": 1, "MaxTopics": 2 """);

        foreach (var topic in new[] { "a", "b", "a", "c" })
            step.Run("1", topic);

        step.Run("1", "a").Outcome.Should().Be(StepOutcome.Drop);
        step.Run("1", "b").Outcome.Should().Be(StepOutcome.Pass, "it was forgotten");
    }

    [Fact]
    public void Process_AnyArrivals_NeverMoreThanTheRateAndBurstAllow() =>
        Gen.Select(Gen.Double[0.5, 50], Gen.Int[1, 5], Gen.Int[0, 400].Array[1, 60]).Sample(
            (rate, burst, gaps) =>
            {
                var time = new FakeTimeProvider();
                var step = ReadyStepOf.Group(FormattableString.Invariant($$""" "RateLimit": { "PerSecond": {{rate}}, "Burst": {{burst}} } """), time);
                var begin = time.GetUtcNow();
                var passed = 0;
                foreach (var gap in gaps)
                {
                    time.Advance(TimeSpan.FromMilliseconds(gap));
                    passed += step.Run("1").Outcome == StepOutcome.Pass ? 1 : 0;
                }

                return passed >= 1 && passed <= burst + ((time.GetUtcNow() - begin).TotalSeconds * rate) + 0.001;
            },
            iter: 200);

    [Fact]
    public void Process_KnownTopic_AllocatesNothing() =>
        Step(""" "PerSecond": 1 """).Allocated(TestMessages.Message("t", "1"), StepOutcome.Drop, first: StepOutcome.Pass).Should().Be(0);

    [Theory]
    [InlineData(""" "Burst": 2 """, "PerSecond: must be between 0.001 and 1000000, is 0")]
    [InlineData(""" "PerSecond": 0.0009 """, "PerSecond: must be between 0.001 and 1000000, is 0.0009")]
    [InlineData(""" "PerSecond": 1000001 """, "PerSecond: must be between 0.001 and 1000000, is 1000001")]
    [InlineData(""" "PerSecond": "NaN" """, "PerSecond: expected a number such as 2.5, found 'NaN'")]
    [InlineData(""" "PerSecond": "1,5" """, "PerSecond: expected a number such as 2.5, found '1,5'")]
    [InlineData(""" "PerSecond": 1, "Burst": 0 """, "Burst: must be between 1 and 1000000, is 0")]
    [InlineData(""" "PerSecond": 1, "MaxTopics": 0 """, "MaxTopics: must be between 1 and 10000000, is 0")]
    public void Check_OutOfRange_SaysSo(string settings, string expected) =>
        ReadyStepOf.GroupErrors($$""" "RateLimit": { {{settings}} } """).Should().Contain("RateLimit:" + expected);

    private static int Passed(MessageStep step, int count) => Enumerable.Range(0, count).Count(_ => step.Run("1").Outcome == StepOutcome.Pass);

    private MessageStep Step(string settings) => ReadyStepOf.Group($$""" "RateLimit": { {{settings}} } """, _time);
}
