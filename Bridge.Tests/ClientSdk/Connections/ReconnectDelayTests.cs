using Bridge.ClientSdk.Connections;

namespace Bridge.Tests.ClientSdk.Connections;

public sealed class ReconnectDelayTests
{
    [Fact]
    public void Next_AfterEachAttempt_DoublesTheBoundUpToTheLongest()
    {
        var delay = new ReconnectDelay(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), new AlwaysHalf());

        Enumerable.Range(0, 9).Select(_ => delay.Next().TotalSeconds).Should().Equal(0.25, 0.5, 1, 2, 4, 8, 15, 15, 15);
    }

    [Fact]
    public void Next_AfterVeryManyAttempts_StaysAtTheLongest()
    {
        var delay = new ReconnectDelay(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), new AlwaysHalf());

        for (var i = 0; i < 5_000; i++)
            delay.Next();

        delay.Next().TotalSeconds.Should().Be(15);
    }

    [Fact]
    public void Next_AfterReset_StartsAgain()
    {
        var delay = new ReconnectDelay(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(30), new AlwaysHalf());
        delay.Next();
        delay.Next();

        delay.Reset();

        delay.Next().TotalSeconds.Should().Be(0.25);
    }

    private sealed class AlwaysHalf : Random
    {
        public override double NextDouble() => 0.5;
    }
}
