using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Caching;

public sealed class LastMessageCacheTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly LastMessageCache _cache;
    private long _position;

    public LastMessageCacheTimeTests() => _cache = new LastMessageCache(new CacheOptions { Ttl = 10 * Second }, _time);

    [Fact]
    public void TryGet_OlderThanTheTtl_FindsNothing()
    {
        Store("a");

        _time.Advance(10 * Second - TimeSpan.FromTicks(1));
        IsThere("a").Should().BeTrue();
        _time.Advance(TimeSpan.FromTicks(1));

        IsThere("a").Should().BeFalse();
        _cache.Find("a").Should().NotBeNull("nothing has swept yet");
    }

    [Fact]
    public void TryGet_TtlZero_KeepsForEver()
    {
        var cache = new LastMessageCache(new CacheOptions { Ttl = TimeSpan.Zero }, _time);
        cache.Store(new SequencedMessage(1, TestMessages.Message("a", "1", receivedAt: _time.GetUtcNow())));

        _time.Advance(TimeSpan.FromDays(10_000));
        cache.Sweep();

        cache.TryGet("a", out _).Should().BeTrue();
    }

    [Fact]
    public void TryGet_MessageExpired_FindsNothingThoughTheTtlHasNotPassed()
    {
        Store("a", expiresIn: 3 * Second);
        Store("b");

        _time.Advance(3 * Second);

        IsThere("a").Should().BeFalse();
        IsThere("b").Should().BeTrue();
    }

    [Fact]
    public void Store_UpdateInTime_StartsTheTtlAnew()
    {
        Store("a", expiresIn: 3 * Second);
        _time.Advance(2 * Second);

        Store("a");
        _time.Advance(9 * Second);
        _cache.Sweep();

        IsThere("a").Should().BeTrue();
    }

    [Fact]
    public void Sweep_OverAndNotOver_RemovesThoseThatAreOverAndCountsThem()
    {
        Store("old");
        _time.Advance(5 * Second);
        Store("short-1", expiresIn: Second);
        Store("long", expiresIn: 7 * Second);
        Store("short-2", expiresIn: Second);
        Store("plain");
        _time.Advance(5 * Second);

        _cache.Sweep();

        _cache.Count.Should().Be(2);
        _cache.Expired.Should().Be(3);
        _cache.Evicted.Should().Be(0);
        IsThere("long").Should().BeTrue();
        IsThere("plain").Should().BeTrue();
    }

    [Fact]
    public void Sweep_AllOver_LeavesNoByteBehind()
    {
        for (var i = 0; i < 10; i++)
            Store($"topic/{i}", i % 2 == 0 ? Second : null);
        _time.Advance(10 * Second);

        _cache.Sweep();
        _cache.Sweep();

        (_cache.Count, _cache.Bytes, _cache.Expired).Should().Be((0, 0, 10));
    }

    [Fact]
    public void Find_Filter_LeavesOutWhatIsOver()
    {
        Store("x/a", expiresIn: Second);
        Store("x/b");
        _time.Advance(Second);

        var found = new List<SequencedMessage>();
        _cache.Find(TopicFilter.Parse("x/#"), found);

        found.Should().ContainSingle().Which.Message.Topic.Should().Be("x/b");
    }

    private bool IsThere(string topic) => _cache.TryGet(topic, out _);

    private void Store(string topic, TimeSpan? expiresIn = null)
    {
        var message = TestMessages.Message(topic, "1", receivedAt: _time.GetUtcNow()) with { ExpiresAt = _time.GetUtcNow() + expiresIn };
        _cache.Store(new SequencedMessage(++_position, message));
    }
}
