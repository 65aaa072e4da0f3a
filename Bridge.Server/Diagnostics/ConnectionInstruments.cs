using System.Diagnostics.Metrics;
using Bridge.Server.Access;
using Bridge.Server.FanOut;

namespace Bridge.Server.Diagnostics;

/// <summary>What is told of clients' connections, and of what waits for them.</summary>
internal sealed class ConnectionInstruments(CallerSessions sessions, MessageStreams streams) : IInstruments
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "bridge.connections", Connections, "{connection}", "Hub connections, event streams, and requests that wait for something new or for a reply; by kind.");
        meter.CreateObservableUpDownCounter(
            "bridge.outbox.size", () => ByKind(outbox => outbox.Bytes), "By", "Encoded bytes that wait for subscribers' connections; by kind.");
        meter.CreateObservableUpDownCounter(
            "bridge.outbox.records", () => ByKind(outbox => outbox.Records), "{record}", "Records that wait for subscribers' connections, a snapshot counts as one; by kind.");
        meter.CreateObservableUpDownCounter(
            "bridge.outbox.behind", () => ByKind(outbox => outbox.IsBehind ? 1 : 0), "{connection}", "Connections that are too slow for a subscription of theirs, and will catch up; by kind.");
    }

    private IEnumerable<Measurement<long>> Connections() => Enum.GetValues<SessionKind>().Select(
        kind => new Measurement<long>(sessions.Count(kind), Kind(kind)));

    private IEnumerable<Measurement<long>> ByKind(Func<OutboxStatistics, long> read)
    {
        var outboxes = new HashSet<Outbox>();
        foreach (var stream in streams.All)
            stream.FindOutboxes(outboxes);
        var (hub, events) = (0L, 0L);
        foreach (var outbox in outboxes)
        {
            ref var sum = ref outbox.Format == WireFormat.EventStream ? ref events : ref hub;
            sum += read(outbox.GetStatistics());
        }

        return [new(hub, Kind(SessionKind.Hub)), new(events, Kind(SessionKind.Stream))];
    }

    private static KeyValuePair<string, object?> Kind(SessionKind kind) => new("kind", Labels.Name(kind));
}
