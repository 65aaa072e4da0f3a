using Bridge.Server.Brokers;

namespace Bridge.Tests.Brokers;

public sealed class ReconnectBackoffTests
{
    private readonly ReconnectBackoff _backoff = new();

    [Fact]
    public void Next_AgainAndAgain_StaysWithinAWindowThatDoublesUpTo30Seconds()
    {
        var windows = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            windows.Add(_backoff.Window.TotalSeconds);
            _backoff.Next().Should().BeGreaterThanOrEqualTo(TimeSpan.Zero).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(windows[^1]));
        }

        windows[..7].Should().Equal(0.5, 1, 2, 4, 8, 16, 30);
        windows[7..].Should().OnlyContain(window => window == 30.0);
    }

    [Fact]
    public void Next_ManyBridges_AreSpreadOverTheWindow()
    {
        var waits = Enumerable.Range(0, 200).Select(_ => new ReconnectBackoff().Next().TotalSeconds).ToList();

        waits.Min().Should().BeLessThan(0.1);
        waits.Max().Should().BeGreaterThan(0.4);
    }

    [Theory]
    [InlineData(9.99, 2)]
    [InlineData(10, 0.5)]
    [InlineData(1000, 0.5)]
    public void LinkLasted_LongEnough_BeginsAnew(double seconds, double window)
    {
        _backoff.Next();
        _backoff.Next();

        _backoff.LinkLasted(TimeSpan.FromSeconds(seconds));

        _backoff.Window.TotalSeconds.Should().Be(window);
    }
}
