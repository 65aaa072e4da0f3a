using System.Diagnostics.Metrics;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Persistence;

namespace Bridge.Server.Diagnostics;

/// <summary>What is told of the files that outlast a run. Where nothing is kept, nothing is told.</summary>
internal sealed class PersistenceInstruments(
    BridgeOptions options, Store store, StoreHealth health, PublishQueue queue, BrokerManager brokers, TimeProvider time) : IInstruments
{
    public void AddTo(Meter meter)
    {
        if (!options.Persistence.IsOn)
            return;

        meter.CreateObservableGauge(
            "bridge.persistence.lag", () => health.Lag.TotalSeconds, "s", "For how long there has been something of the last values or the history that is not on disk.");
        meter.CreateObservableCounter(
            "bridge.persistence.failures", () => ByFile(health.Failures, queue.Health.Failures), "{failure}", "Attempts to use a file that failed; by file: values (with the history), queue.");
        meter.CreateObservableGauge(
            "bridge.persistence.size", () => ByFile(store.FileBytes, queue.FileBytes), "By", "What a file occupies, with its log; by file.");
        meter.CreateObservableUpDownCounter(
            "bridge.publishes.queued", () => ByBroker(length => (long)length.Count), "{message}", "Durable messages that wait on disk for their broker; by broker.");
        meter.CreateObservableGauge(
            "bridge.publishes.queued.age", () => ByBroker(AgeOf), "s", "For how long the oldest of them has waited, 0 where none does; by broker.");
    }

    private static Measurement<long>[] ByFile(long values, long queued) => [new(values, File("values")), new(queued, File("queue"))];

    private static KeyValuePair<string, object?> File(string name) => new("file", name);

    private IEnumerable<Measurement<T>> ByBroker<T>(Func<QueueLength, T> read)
        where T : struct =>
        brokers.All.Select(broker => new Measurement<T>(read(queue.LengthOf(broker.Key)), Labels.Broker(broker.Key)));

    private double AgeOf(QueueLength length) => length.Since is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0;
}
