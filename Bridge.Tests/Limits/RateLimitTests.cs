using Bridge.Server.Limits;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Limits;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1000, 10_000)]
    [InlineData(3, 30)]
    [InlineData(1, 1)]
    public void TryTake_AfterAQuietTime_GivesAsMuchAsThereIsAtOnce(double perSecond, int most)
    {
        var limit = new RateLimit<string>(perSecond, most, _time);
        _time.Advance(TimeSpan.FromDays(100));

        for (var i = 0; i < most; i++)
            limit.TryTake("a").Should().BeNull();

        limit.TryTake("a")!.Value.TotalSeconds.Should().BeApproximately(1 / perSecond, 1e-4);
    }

    [Fact]
    public void TryTake_AfterTheTimeThatItTold_IsTakenAndNoMore()
    {
        var limit = new RateLimit<string>(perSecond: 4, most: 2, _time);
        limit.TryTake("a").Should().BeNull();
        limit.TryTake("a").Should().BeNull();
        var wait = limit.TryTake("a")!.Value;

        _time.Advance(wait / 2);
        limit.TryTake("a").Should().NotBeNull();
        _time.Advance(wait / 2);

        limit.TryTake("a").Should().BeNull();
        limit.TryTake("a").Should().NotBeNull();
    }

    [Fact]
    public void TryTake_OfAnother_IsNotTouched()
    {
        var limit = new RateLimit<string>(perSecond: 1, most: 1, _time);
        limit.TryTake("a");

        limit.TryTake("a").Should().NotBeNull();
        limit.TryTake("b").Should().BeNull();
    }

    [Fact]
    public void TryTake_MoreThanCanEverBeThere_WaitsForAllOfIt()
    {
        var limit = new RateLimit<string>(perSecond: 10, most: 100, _time);

        limit.TryTake("a", 1000).Should().BeNull();
        limit.TryTake("a", 1000).Should().Be(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(10));
        limit.TryTake("a", 1000).Should().BeNull();
    }

    [Fact]
    public void Check_TakesNothing()
    {
        var limit = new RateLimit<string>(perSecond: 1, most: 1, _time);

        limit.Check("a").Should().BeNull();
        limit.Check("a").Should().BeNull();
        limit.TryTake("a").Should().BeNull();

        limit.Check("a").Should().Be(TimeSpan.FromSeconds(1));
        limit.Check("b").Should().BeNull();
    }

    [Fact]
    public void Return_WhatWasTaken_CanBeTakenAgain()
    {
        var limit = new RateLimit<string>(perSecond: 1, most: 1, _time);
        limit.TryTake("a");

        limit.Return("a");

        limit.TryTake("a").Should().BeNull();
        limit.TryTake("a").Should().NotBeNull();
    }

    /// <summary>Against the definition: in no stretch of time is more taken than was there and came in it, and what is there is given.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TryTake_AnyTimes_IsThatOfABucketThatFills(int seed)
    {
        var random = new Random(seed);
        var (perSecond, most) = (random.Next(1, 50), random.Next(1, 200));
        var limit = new RateLimit<string>(perSecond, most, _time);
        var tokens = (double)most;
        for (var i = 0; i < 5000; i++)
        {
            var passed = TimeSpan.FromMilliseconds(random.Next(0, 60));
            _time.Advance(passed);
            tokens = Math.Min(most, tokens + (passed.TotalSeconds * perSecond));
            var amount = random.Next(1, Math.Min(4, most + 1));
            // Where the two differ by rounding alone, either is right.
            if (Math.Abs(tokens - amount) < 1e-3)
                continue;

            var wait = limit.TryTake("a", amount);

            (wait is null).Should().Be(tokens > amount, "at {0} there are {1} of {2}", i, tokens, amount);
            tokens -= wait is null ? amount : 0;
            wait?.TotalSeconds.Should().BeApproximately((amount - tokens) / perSecond, 1e-3);
        }
    }

    [Fact]
    public void Count_OfThoseWhoHaveGone_IsForgotten()
    {
        var limit = new RateLimit<int>(perSecond: 1, most: 10, _time);
        for (var caller = 0; caller < 100_000; caller++)
        {
            limit.TryTake(caller);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        limit.Count.Should().BeLessThan(12_000, "a thousand come each second, are full again after one, and are looked for each ten");
    }

    [Fact]
    public async Task TryTake_ManyAtATimeWhileTheFullAreForgotten_GivesNoneTwice()
    {
        const int Most = 50;
        const int Callers = 20;
        var limit = new RateLimit<int>(perSecond: 5, Most, _time);
        var taken = new int[Callers];
        using var stop = new CancellationTokenSource();
        // Newcomers have the others swept, whose buckets are full until they are asked for the first time.
        var newcomers = Task.Run(() =>
        {
            for (var caller = Callers; !stop.IsCancellationRequested; caller++)
                limit.TryTake(caller);
        });
        for (var caller = 0; caller < Callers; caller++)
            limit.TryTake(caller).Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(20));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 4 * Most * Callers; i++)
            {
                if (limit.TryTake(i % Callers) is null)
                    Interlocked.Increment(ref taken[i % Callers]);
            }
        })));
        await stop.CancelAsync();
        await newcomers;

        taken.Should().OnlyContain(count => count == Most);
    }
}
