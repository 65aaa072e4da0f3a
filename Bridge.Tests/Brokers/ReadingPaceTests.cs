using Bridge.Server.Brokers;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

public sealed class ReadingPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(15, 0, false)]
    [InlineData(40, 0, true)]
    [InlineData(400, 0, true)]
    [InlineData(400, 8, true)] // some publish, and much else comes
    [InlineData(400, 100, false)]
    [InlineData(400, 400, false)]
    public void IsDense_PacketsInTenMilliseconds_TellsFewFromMany(int packets, int answers, bool expected)
    {
        var pace = new ReadingPace(_time);
        _time.Advance(TimeSpan.FromMilliseconds(10));

        pace.Note(packets, answers);

        pace.IsDense.Should().Be(expected);
    }

    [Fact]
    public void IsDense_TrafficThins_IsFalseAgain()
    {
        var pace = new ReadingPace(_time);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        pace.Note(100, 0);
        _time.Advance(TimeSpan.FromMilliseconds(10));

        pace.Note(1, 0);

        pace.IsDense.Should().BeFalse();
    }
}
