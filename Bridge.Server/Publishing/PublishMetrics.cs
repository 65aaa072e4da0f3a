using System.Diagnostics.Metrics;

namespace Bridge.Server.Publishing;

/// <summary>How long publishes and requests take.</summary>
internal sealed class PublishMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Meter = "SignalRBridge.Publishing";

    // In seconds: from a broker on this machine to one that has to be waited for.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Histogram<double> _publishes;
    private readonly Histogram<double> _requests;

    public PublishMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _publishes = meter.CreateHistogram(
            "bridge.publish.duration", "s", "From a publish until the broker has acknowledged it, by broker and result: success, noMatchingSubscribers, or the failure's code.", null, Buckets);
        _requests = meter.CreateHistogram(
            "bridge.request.duration", "s", "From a request to a device until its reply, by broker and result: replied, or the failure's code.", null, Buckets);
    }

    public void Published(string brokerKey, string result, TimeSpan duration) => Record(_publishes, brokerKey, result, duration);

    public void Requested(string brokerKey, string result, TimeSpan duration) => Record(_requests, brokerKey, result, duration);

    private static void Record(Histogram<double> histogram, string brokerKey, string result, TimeSpan duration) =>
        histogram.Record(duration.TotalSeconds, new("broker", brokerKey), new("result", result));
}
