using Bridge.Benchmarks.Load;
using Bridge.Contracts.Steps;

namespace Bridge.Tests.Benchmarks;

public sealed class StepTallyTests
{
    [Theory]
    [InlineData(10, 10, 0, 0)]
    [InlineData(7, 7, 3, 3)]
    public void LeftOutUntil_AllOthersWentThroughAllSteps_IsWhatTheBridgeLeftOut(long first, long second, long leftOut, long expected) =>
        Tally(100, 100, 5).LeftOutUntil(Tally(100 + first, 100 + second, 5 + leftOut), 10).Should().Be(expected);

    [Theory]
    [InlineData(10, 9, 0)]
    [InlineData(9, 10, 0)]
    [InlineData(10, 10, 1)]
    public void LeftOutUntil_SomeDidNot_SaysThatTheRunIsInvalid(long first, long second, long leftOut)
    {
        var act = () => Tally(100, 100, 5).LeftOutUntil(Tally(100 + first, 100 + second, 5 + leftOut), 10);

        act.Should().Throw<InvalidOperationException>().WithMessage("the run is invalid: of 10 messages *");
    }

    [Fact]
    public void New_OneStepIsMissing_SaysWhatIsWrongWithIt()
    {
        var info = new StepsInfo { Problems = new Dictionary<string, string> { ["steps/a.js"] = "steps/a.js:1:1: there is no await" } };

        var act = () => new StepTally(info, steps: 1);

        act.Should().Throw<InvalidOperationException>().WithMessage("*there is no await");
    }

    /// <summary>Of two steps, one of which passes messages and one of which changes them. What failed in them has not gone through.</summary>
    private static StepTally Tally(long first, long second, long leftOut) => new(
        new StepsInfo
        {
            Steps =
            [
                new StepInfo { Name = "first", Calls = new Dictionary<string, long> { ["passed"] = first, ["failed"] = first } },
                new StepInfo { Name = "second", Calls = new Dictionary<string, long> { ["changed"] = second } },
            ],
            Lanes = [new StepLaneInfo { LeftOut = leftOut }],
        },
        steps: 2);
}
