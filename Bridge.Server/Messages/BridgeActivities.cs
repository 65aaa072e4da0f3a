using System.Diagnostics;

namespace Bridge.Server.Messages;

/// <summary>
/// The activities (spans) in which a message is followed through the bridge. There are none without a listener, and each place that makes
/// one has decided before that its message is to be followed.
/// </summary>
internal static class BridgeActivities
{
    /// <summary>The name of their source.</summary>
    public const string SourceName = "SignalRBridge";

    /// <summary>The user property that tells a trace to those at the broker, and the header over HTTP (W3C Trace Context §3.2).</summary>
    public const string TraceParent = "traceparent";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins one, within the one that is current where there is no parent.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal, ActivityContext parent = default) =>
        Source.StartActivity(name, kind, parent);

    /// <summary>Tells of what is over.</summary>
    /// <returns>What others can be children of; the parent where nobody listens.</returns>
    public static ActivityContext Record(
        string name, ActivityContext parent, DateTimeOffset began, DateTimeOffset ended, params ReadOnlySpan<(string Name, object? Value)> tags)
    {
        using var activity = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);
        foreach (var (tag, value) in tags)
            activity?.SetTag(tag, value);
        activity?.SetEndTime(ended.UtcDateTime);
        return activity?.Context ?? parent;
    }

    /// <summary>Says of which message it is (OpenTelemetry's conventions for messaging). Payloads have no place here.</summary>
    public static void SetMessage(this Activity activity, string operation, string brokerKey, string topic, int bytes, int qos, bool retain)
    {
        activity.SetTag("messaging.system", "mqtt");
        activity.SetTag("messaging.operation.name", operation);
        activity.SetTag("messaging.destination.name", topic);
        activity.SetTag("messaging.message.body.size", bytes);
        activity.SetTag("bridge.broker", brokerKey);
        activity.SetTag("mqtt.qos", qos);
        activity.SetTag("mqtt.retain", retain);
    }

    /// <summary>Reads where a trace goes on; default where that is none.</summary>
    public static ActivityContext Parse(string? traceParent) =>
        ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var context) ? context : default;
}
