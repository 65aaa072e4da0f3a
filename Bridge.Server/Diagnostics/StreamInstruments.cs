using System.Diagnostics.Metrics;
using Bridge.Server.FanOut;

namespace Bridge.Server.Diagnostics;

/// <summary>What is told of the brokers' streams: what is kept of them, and what became of their messages.</summary>
internal sealed class StreamInstruments(MessageStreams streams) : IInstruments
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableCounter(
            "bridge.deliveries", Deliveries, "{message}", "Messages that were handed to subscribers' connections, once for each subscription; by broker and kind.");
        meter.CreateObservableCounter(
            "bridge.deliveries.skipped", Skipped, "{message}", "Messages that a subscriber got only as a number, once for each subscription; by broker and cause.");
        meter.CreateObservableUpDownCounter(
            "bridge.cache.topics", () => ByBroker(stream => stream.Topics), "{topic}", "Topics with a last value; by broker.");
        meter.CreateObservableUpDownCounter(
            "bridge.cache.size", () => ByBroker(stream => stream.CachedBytes), "By", "What the last values occupy; by broker.");
        meter.CreateObservableCounter(
            "bridge.cache.evicted", () => ByBroker(stream => stream.Evicted), "{topic}", "Last values that were evicted to keep the cache within its bounds; by broker.");
        meter.CreateObservableCounter(
            "bridge.cache.expired", () => ByBroker(stream => stream.Expired), "{topic}", "Last values that ran out of time; by broker.");
        meter.CreateObservableUpDownCounter(
            "bridge.subscriptions", () => ByBroker(stream => stream.Subscriptions), "{subscription}", "Subscriptions of hub connections and event streams; by broker.");
        meter.CreateObservableUpDownCounter(
            "bridge.feeds", () => ByBroker(stream => stream.Feeds.Count), "{feed}", "What the subscriptions share: different filters and modes; by broker.");
    }

    private IEnumerable<Measurement<long>> ByBroker(Func<StreamStatistics, long> read) =>
        streams.All.Select(stream => new Measurement<long>(read(stream.GetStatistics()), Labels.Broker(stream.BrokerKey)));

    private IEnumerable<Measurement<long>> Deliveries() =>
        from stream in streams.All
        from kind in Enum.GetValues<DeliveryKind>()
        select new Measurement<long>(stream.Deliveries.Of(kind), Labels.Broker(stream.BrokerKey), new("kind", Labels.Name(kind)));

    private IEnumerable<Measurement<long>> Skipped() =>
        from stream in streams.All
        from cause in Enum.GetValues<SkipCause>()
        select new Measurement<long>(stream.Deliveries.Of(cause), Labels.Broker(stream.BrokerKey), new("cause", Labels.Name(cause)));
}
