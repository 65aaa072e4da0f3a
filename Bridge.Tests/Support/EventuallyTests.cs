namespace Bridge.Tests.Support;

public sealed class EventuallyTests
{
    [Fact]
    public async Task HoldsAsync_TrueAfterAWhile_Returns()
    {
        var asked = 0;

        await Eventually.HoldsAsync(() => ++asked == 3);

        asked.Should().Be(3);
    }

    [Fact]
    public async Task HoldsAsync_NeverTrue_SaysWhatIsTheCase()
    {
        var answer = 0;
        await FluentActions.Awaiting(() => Eventually.HoldsAsync(() => answer < 0, TimeSpan.Zero, () => $"It is {answer}."))
            .Should().ThrowAsync<TimeoutException>().WithMessage("*answer < 0*It is 0.*");
    }
}
