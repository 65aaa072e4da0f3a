using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>
/// The user properties by which those at the broker see who published a message through the bridge (MQTT 5 §3.3.2.3.7). Nobody else sets
/// them here.
/// </summary>
internal static class Stamp
{
    /// <summary>The name of who published; absent where nobody had to say it.</summary>
    public const string User = "bridge-user";

    /// <summary>What the audit log calls the publish.</summary>
    public const string Request = "bridge-request";

    // No two starts of the bridge have the same.
    private static readonly string Start = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    private static long _last;

    /// <summary>What no other publish is called.</summary>
    public static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Start}-{Interlocked.Increment(ref _last)}");

    /// <summary>
    /// The message with these properties, and without any that a client gave these names. Where its publish is recorded in a trace, what takes
    /// it from the broker can go on with that.
    /// </summary>
    public static PublishRequest Put(PublishRequest message, Caller caller, string request, Activity? trace = null)
    {
        var traceParent = trace is { Recorded: true } ? trace.Id : null;
        List<string[]> properties =
        [
            .. (message.UserProperties ?? []).Where(property => !IsOurs(property[0]) && (traceParent is null || property[0] != BridgeActivities.TraceParent)),
        ];
        if (caller.User is { } user)
            properties.Add([User, user]);
        properties.Add([Request, request]);
        if (traceParent is not null)
            properties.Add([BridgeActivities.TraceParent, traceParent]);
        return message with { UserProperties = properties };
    }

    private static bool IsOurs(string name) =>
        name.Equals(User, StringComparison.OrdinalIgnoreCase) || name.Equals(Request, StringComparison.OrdinalIgnoreCase);
}
