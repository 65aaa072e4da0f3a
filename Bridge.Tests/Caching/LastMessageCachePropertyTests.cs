using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Caching;

/// <summary>Random operations on the cache and on a model that is as plain as can be.</summary>
public sealed class LastMessageCachePropertyTests
{
    private static readonly string[] Topics = ["a", "a/b", "a/b/c", "a/", "/", "b", "$s/a", "b/c"];

    private static readonly Gen<Operation> Operations = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, Topics.Length - 1], Gen.Int[0, 300], Gen.Bool, Gen.Int[0, 12],
        (kind, topic, size, retain, seconds) => new Operation(kind, Topics[topic], size < 60 ? 0 : size, retain, seconds));

    private static readonly Gen<CacheOptions> Bounds = Gen.Select(
        Gen.Int[1, 8], Gen.Int[1024, 5000], Gen.Int[0, 20],
        (topics, bytes, ttl) => new CacheOptions { MaxTopics = topics, MaxBytes = bytes, Ttl = TimeSpan.FromSeconds(ttl) });

    [Fact]
    public void Store_RandomOperations_AgreesWithAPlainModel() =>
        Gen.Select(Bounds, Operations.Array[0, 80]).Sample((bounds, operations) =>
        {
            var time = new FakeTimeProvider();
            var cache = new LastMessageCache(bounds, time);
            var model = new Model(bounds, time);
            foreach (var (operation, i) in operations.Select((operation, i) => (operation, i)))
            {
                Apply(operation, i + 1, cache, model, time);
                ShouldAgree(cache, model);
            }

            foreach (var topic in Topics)
                cache.Store(new SequencedMessage(1000, TestMessages.Message(topic, "", retain: true)));
            (cache.Count, cache.Bytes).Should().Be((0, 0L));
        });

    private static void Apply(Operation operation, long position, LastMessageCache cache, Model model, FakeTimeProvider time)
    {
        if (operation.Kind == 0)
        {
            cache.Sweep();
            model.Sweep();
            return;
        }

        if (operation.Kind == 1)
            time.Advance(TimeSpan.FromSeconds(operation.Seconds));
        var message = TestMessages.Message(operation.Topic, new byte[operation.Size], operation.Retain, time.GetUtcNow()) with
        {
            ExpiresAt = operation.Seconds % 3 == 0 ? time.GetUtcNow().AddSeconds(operation.Seconds) : null,
        };
        cache.Store(new SequencedMessage(position, message));
        model.Store(message, position);
    }

    private static void ShouldAgree(LastMessageCache cache, Model model)
    {
        var found = new List<SequencedMessage>();
        cache.Find(TopicFilter.Parse("#"), found);
        cache.Find(TopicFilter.Parse("$s/#"), found);
        var fresh = model.Kept.Where(kept => !model.IsOver(kept.Message)).ToList();

        (cache.Count, cache.Bytes, cache.Evicted, cache.Expired)
            .Should().Be((model.Kept.Count, model.Bytes, model.Evicted, model.Expired));
        found.OrderBy(message => message.Position).Should().Equal(fresh.OrderBy(message => message.Position));
        foreach (var topic in Topics)
        {
            var expected = fresh.Find(kept => kept.Message.Topic == topic);
            (cache.TryGet(topic, out var kept) ? kept.Position : 0).Should().Be(expected.Position);
        }
    }

    private sealed record Operation(int Kind, string Topic, int Size, bool Retain, int Seconds);

    private sealed class Model(CacheOptions bounds, TimeProvider time)
    {
        /// <summary>What was updated longest ago stands first.</summary>
        public List<SequencedMessage> Kept { get; } = [];

        public long Bytes => Kept.Sum(kept => Measure(kept.Message) + MeasureRetained(kept.Message));

        /// <summary>Each topic's last retained message.</summary>
        private Dictionary<string, BridgeMessage> Retained { get; } = [];

        public long Evicted { get; private set; }

        public long Expired { get; private set; }

        public void Store(BridgeMessage message, long position)
        {
            if (Kept.RemoveAll(kept => kept.Message.Topic == message.Topic) == 0)
                Retained.Remove(message.Topic);
            if (message is { Retain: true, Payload.IsEmpty: true })
                return;

            if (message.Retain)
                Retained[message.Topic] = message;
            Kept.Add(new SequencedMessage(position, message));
            for (; Kept.Count > bounds.MaxTopics || Bytes > bounds.MaxBytes; Evicted++)
                Kept.RemoveAt(0);
        }

        public void Sweep() => Expired += Kept.RemoveAll(kept => IsOver(kept.Message));

        private static long Measure(BridgeMessage message) => new CachedMessage(message, 0).Bytes;

        private long MeasureRetained(BridgeMessage message) => !message.Retain && Retained.TryGetValue(message.Topic, out var retained)
            ? Measure(retained) - Measure(new BridgeMessage())
            : 0;

        public bool IsOver(BridgeMessage message) =>
            message.ExpiresAt <= time.GetUtcNow()
            || (!message.Retain && bounds.Ttl > TimeSpan.Zero && time.GetUtcNow() - message.ReceivedAt >= bounds.Ttl);
    }
}
