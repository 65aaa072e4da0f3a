using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>
/// Decides which publishes are told in a trace: where the caller, or the message, is part of one, those that it records; of the others one
/// in so many.
/// </summary>
internal sealed class PublishTraces(BridgeOptions options)
{
    private readonly int _oneIn = options.Diagnostics.TraceOneIn;
    private long _others = -1;

    /// <summary>Begins to tell of a publish or a request; null where it is not told.</summary>
    public Activity? Start(string operation, Caller caller, PublishRequest request)
    {
        if (_oneIn == 0)
            return null;

        var parent = Activity.Current?.Context ?? BridgeActivities.Parse(caller.TraceParent ?? Find(request.UserProperties));
        if (parent == default ? !IsNext() : (parent.TraceFlags & ActivityTraceFlags.Recorded) == 0)
            return null;

        var activity = BridgeActivities.Start($"bridge {operation}", ActivityKind.Producer, parent);
        activity?.SetMessage(
            operation, request.BrokerKey, request.Topic, request.Payload.Length, (int)request.QualityOfService, request.Retain);
        return activity;
    }

    /// <summary>Says what became of it.</summary>
    public static void SetResult(Activity? activity, string result, bool isFailure)
    {
        activity?.SetTag("bridge.result", result);
        if (isFailure)
            activity?.SetStatus(ActivityStatusCode.Error, result);
    }

    private bool IsNext() => Interlocked.Increment(ref _others) % _oneIn == 0;

    private static string? Find(IReadOnlyList<string[]>? properties) =>
        properties?.FirstOrDefault(property => property[0] == BridgeActivities.TraceParent)?[1];
}
