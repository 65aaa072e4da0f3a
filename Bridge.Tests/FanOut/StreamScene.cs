using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.FanOut;

/// <summary>A stream, and connections to subscribe to it. The text of a message that it sends is the message's position.</summary>
internal sealed class StreamScene
{
    private int _lastId;

    /// <param name="cache">The cache's bounds; the usual ones by default.</param>
    /// <param name="limits">A client's limits; the usual ones by default.</param>
    /// <param name="gatherMilliseconds">How long messages gather; by default not, because the scene's time stands still.</param>
    /// <param name="store">Where the stream begins from; nowhere by default.</param>
    /// <param name="time">The clock; one of its own by default.</param>
    public StreamScene(
        CacheOptions? cache = null, LimitOptions? limits = null, int gatherMilliseconds = 0, IStreamStore? store = null, FakeTimeProvider? time = null)
    {
        store ??= new NoStreamStore();
        Time = time ?? new FakeTimeProvider();
        Limits = limits ?? new LimitOptions();
        Metrics = new FanOutMetrics(Meters);
        var options = new FanOutOptions { GatherMilliseconds = gatherMilliseconds };
        Stream = new MessageStream("plant", cache ?? new CacheOptions(), options, store.Begin("plant", "epoch"), store.HistoryOf("plant"), NextId, Time, Metrics, Logs.CreateLogger("stream"));
        store.Follow(Stream);
    }

    public FakeTimeProvider Time { get; }

    public LogCapture Logs { get; } = new();

    public LimitOptions Limits { get; }

    public TestMeters Meters { get; } = new();

    public FanOutMetrics Metrics { get; }

    public MessageStream Stream { get; }

    public (FakeSink Sink, Outbox Outbox) Connect(WireFormat format = WireFormat.Json)
    {
        var sink = new FakeSink(format);
        return (sink, new Outbox(sink, new OutboxContext(Limits, Time, Metrics, Logs.CreateLogger("outbox"))));
    }

    public Subscription Subscribe(
        Outbox outbox, string filter = "#", bool snapshot = false, IDisposable? upstream = null, DeliveryMode mode = default, string? resumeFrom = null) =>
        Stream.Subscribe(
            outbox,
            new SubscriptionTerms(TopicFilter.Parse(filter), mode, snapshot, resumeFrom is null ? null : StreamCursor.Parse(resumeFrom)),
            upstream);

    public LastValues Read(string filter, string? since = null) => Stream.Values.Read(Terms(filter, since));

    public static ReadTerms Terms(string filter, string? since = null) =>
        new(TopicFilter.Parse(filter)) { Since = since is null ? null : StreamCursor.Parse(since) };

    public void Unsubscribe(Outbox outbox, Subscription subscription) => Stream.Unsubscribe(outbox.Find(subscription.Id)!);

    /// <summary>Receives a message whose text is its position; optionally longer by some spaces.</summary>
    public void Send(string topic, int padding = 0) =>
        Receive(topic, (Stream.Position + 1).ToString(CultureInfo.InvariantCulture) + new string(' ', padding));

    public void Receive(string topic, string text, bool retain = false, long subscribedAt = -1) =>
        Stream.Receive(TestMessages.Message(topic, text, retain, Time.GetUtcNow()), subscribedAt);

    public static long Number(BridgeMessage message) => long.Parse(message.GetText(), CultureInfo.InvariantCulture);

    public static long PositionOf(string cursor) => long.Parse(cursor.Split('.')[1], CultureInfo.InvariantCulture);

    private string NextId() => $"s{Interlocked.Increment(ref _lastId)}";
}
