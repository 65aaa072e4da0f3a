using Bridge.Server.Limits;

namespace Bridge.Tests.Limits;

public sealed class CountLimitTests
{
    [Fact]
    public void TryTake_AsManyAsThereMayBe_IsFullUntilOneIsGivenBack()
    {
        var limit = new CountLimit<string>(2);
        limit.TryTake("a").Should().BeTrue();
        limit.IsFull("a").Should().BeFalse();
        limit.TryTake("a").Should().BeTrue();

        (limit.IsFull("a"), limit.TryTake("a")).Should().Be((true, false));
        (limit.IsFull("b"), limit.TryTake("b")).Should().Be((false, true));
        limit.Return("a");

        limit.TryTake("a").Should().BeTrue();
        limit.Count.Should().Be(2);
    }

    [Fact]
    public async Task Count_WhenAllIsGivenBack_IsNone()
    {
        var limit = new CountLimit<int>(3);
        var (most, now) = (0, new int[4]);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                var key = random.Next(now.Length);
                if (!limit.TryTake(key))
                    continue;

                InterlockedMax(ref most, Interlocked.Increment(ref now[key]));
                if (random.Next(4) == 0)
                    Thread.Yield();
                Interlocked.Decrement(ref now[key]);
                limit.Return(key);
            }
        })));

        most.Should().BeInRange(1, 3);
        limit.Count.Should().Be(0);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
