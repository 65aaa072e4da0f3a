namespace Bridge.Tests.Support;

public sealed class CollectedTests
{
    [Fact]
    public async Task WaitForAsync_PastAndComing_FindsBoth()
    {
        var collected = new Collected<int>();
        collected.Add(1);
        var coming = collected.WaitForAsync(item => item == 2);

        coming.IsCompleted.Should().BeFalse();
        collected.Add(2);

        (await coming).Should().Be(2);
        (await collected.WaitForAsync(item => item == 1)).Should().Be(1);
        collected.Items.Should().Equal(1, 2);
    }

    [Fact]
    public async Task WaitForAsync_Ended_SaysWhyAndWhatCame()
    {
        var collected = new Collected<string>();
        var waiting = collected.WaitForAsync(item => item == "b");
        collected.Add("a");

        collected.End("it broke");

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<TimeoutException>().WithMessage("*it broke*  a*");
    }

    [Fact]
    public async Task WaitForAsync_NothingComes_EndsInTime() =>
        await FluentActions.Awaiting(() => new Collected<int>().WaitForAsync(_ => true, TimeSpan.FromMilliseconds(1), "news"))
            .Should().ThrowAsync<TimeoutException>().WithMessage("Waited for news*");
}
