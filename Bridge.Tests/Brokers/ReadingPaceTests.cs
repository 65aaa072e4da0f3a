using Bridge.Server.Brokers;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

public sealed class ReadingPaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1, false)]
    [InlineData(15, false)]
    [InlineData(40, true)]
    [InlineData(400, true)]
    public void IsDense_MessagesInTenMilliseconds_TellsFewFromMany(int messages, bool expected)
    {
        var pace = new ReadingPace(_time);
        _time.Advance(TimeSpan.FromMilliseconds(10));

        pace.Note(messages);

        pace.IsDense.Should().Be(expected);
    }

    [Fact]
    public void IsDense_TrafficThins_IsFalseAgain()
    {
        var pace = new ReadingPace(_time);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        pace.Note(100);
        _time.Advance(TimeSpan.FromMilliseconds(10));

        pace.Note(1);

        pace.IsDense.Should().BeFalse();
    }
}
