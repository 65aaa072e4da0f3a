using Bridge.Server.Brokers;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

public sealed class RateCounterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RateCounter _counter;

    public RateCounterTests() => _counter = new RateCounter(_time);

    [Fact]
    public void PerSecond_TheSecondThatRuns_CountsForNothingYet()
    {
        Add(5);
        _counter.PerSecond.Should().Be(0);

        Advance(1);

        _counter.PerSecond.Should().Be(5);
    }

    [Fact]
    public void PerSecond_InTheFirstSeconds_IsOverThoseAlone()
    {
        for (var i = 0; i < 4; i++, Advance(1))
            Add(6);

        _counter.PerSecond.Should().Be(6);
        Advance(4);
        _counter.PerSecond.Should().Be(3);
    }

    [Fact]
    public void PerSecond_SteadyForLong_IsTheRate()
    {
        for (var i = 0; i < 100; i++, Advance(1))
            Add(7);

        _counter.PerSecond.Should().Be(7);
        _counter.Total.Should().Be(700);
    }

    [Fact]
    public void PerSecond_TenSecondsLater_HasForgotten()
    {
        Add(10);

        Advance(10);
        _counter.PerSecond.Should().Be(1);
        Advance(1);

        _counter.PerSecond.Should().Be(0);
        _counter.Total.Should().Be(10);
    }

    [Fact]
    public void PerSecond_AfterALongSilence_CountsNothingOld()
    {
        Add(10);
        Advance(11);
        Add(3);
        Advance(1);

        _counter.PerSecond.Should().Be(0.3);
    }

    [Fact]
    public void Add_FromManyThreads_CountsAll()
    {
        Parallel.For(0, 10_000, _ => _counter.Add());
        Advance(1);

        _counter.Total.Should().Be(10_000);
        _counter.PerSecond.Should().Be(10_000);
    }

    private void Add(int count)
    {
        for (var i = 0; i < count; i++)
            _counter.Add();
    }

    private void Advance(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
