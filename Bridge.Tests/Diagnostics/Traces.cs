using System.Diagnostics;
using Bridge.Server.Messages;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>The activities of the bridge, from when this is made: also those of bridges of other tests, which have other brokers.</summary>
internal sealed class Traces : IDisposable
{
    private readonly ActivityListener _listener;

    public Traces()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BridgeActivities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = All.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Collected<Activity> All { get; } = new();

    /// <summary>Those of a name that are of a broker.</summary>
    public List<Activity> Of(string name, string brokerKey) =>
        [.. All.Items.Where(activity => activity.OperationName == name && Equals(activity.GetTagItem("bridge.broker"), brokerKey))];

    /// <summary>The first of a name about a topic of a broker, past or to come.</summary>
    public Task<Activity> WaitForAsync(string name, string brokerKey, string topic) => All.WaitForAsync(
        activity => activity.OperationName == name
            && Equals(activity.GetTagItem("bridge.broker"), brokerKey) && Equals(activity.GetTagItem("messaging.destination.name"), topic),
        what: $"{name} of {topic}");

    /// <summary>Those of a trace, when there are so many.</summary>
    public async Task<List<Activity>> WaitForTraceAsync(ActivityTraceId trace, int count)
    {
        List<Activity> found = [];
        await Eventually.HoldsAsync(
            () => (found = [.. All.Items.Where(activity => activity.TraceId == trace)]).Count >= count,
            describe: () => string.Join(", ", found.Select(activity => activity.OperationName)));
        return found;
    }

    public void Dispose() => _listener.Dispose();
}
