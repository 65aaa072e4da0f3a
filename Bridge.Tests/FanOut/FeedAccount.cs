using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Tests.FanOut;

/// <summary>One subscription without a snapshot, from its start to its end, and whether it got what it was due.</summary>
internal sealed class FeedAccount(StreamScene scene, FakeSink sink, Outbox outbox, TopicFilter filter)
{
    private readonly Subscription _subscription = scene.Stream.Subscribe(outbox, new SubscriptionTerms(filter, DeliveryMode.All, Snapshot: false), upstream: null);
    private long _end = long.MaxValue;

    public FakeSink Sink => sink;

    public Outbox Outbox => outbox;

    public TopicFilter Filter => filter;

    public long Skipped => Got().Skipped;

    private long Start => StreamScene.PositionOf(_subscription.Cursor);

    public void Unsubscribe()
    {
        scene.Unsubscribe(outbox, _subscription);
        HasEnded();
    }

    /// <summary>Its connection has closed.</summary>
    public void HasEnded() => _end = scene.Stream.Position;

    /// <summary>Whether it has got all of it, received or skipped.</summary>
    /// <param name="matching">The positions of all messages that its filter matches.</param>
    public bool HasAll(IReadOnlyList<long> matching)
    {
        var (received, skipped, _) = Got();
        return received.Count + skipped == CountUpTo(matching, long.MaxValue);
    }

    /// <summary>
    /// Says what is wrong, or null: up to the last batch that came, each message was received once and in order, or counted as skipped; and
    /// none came that it does not match or that was published before its start or after its end. What is on its way when it ends may be lost.
    /// </summary>
    public string? Problem(IReadOnlyList<long> matching)
    {
        var (received, skipped, reached) = Got();
        var due = CountUpTo(matching, reached);
        if (received.Count + skipped != due)
            return $"{this}: {received.Count} received and {skipped} skipped of {due} up to {reached}";
        if (received.Zip(received.Skip(1)).Any(pair => pair.First >= pair.Second))
            return $"{this}: {string.Join(", ", received)} is not in order";
        if (received.Find(position => position <= Start || position > _end || !matching.Contains(position)) is var stray and > 0)
            return $"{this}: {stray} is not for it";
        return null;
    }

    public override string ToString() => $"{filter} ({_subscription.Id}, from {Start} to {_end})";

    private (List<long> Received, long Skipped, long Reached) Got()
    {
        var batches = sink.Batches(_subscription.Id);
        return (
            [.. batches.SelectMany(batch => batch.Messages).Select(StreamScene.Number)],
            batches.Sum(batch => batch.Skipped),
            batches.Count > 0 ? StreamScene.PositionOf(batches[^1].Cursor) : 0);
    }

    private int CountUpTo(IReadOnlyList<long> matching, long reached) =>
        matching.Count(position => position > Start && position <= Math.Min(reached, _end));
}
