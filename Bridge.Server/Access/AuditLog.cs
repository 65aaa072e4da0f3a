using System.Diagnostics.Metrics;
using System.Net;
using Bridge.Contracts;
using Bridge.Server.Limits;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Writes down who published what, and what was refused to whom; the category is <c>Bridge.Audit</c>.</summary>
internal sealed partial class AuditLog
{
    public const string Category = "Bridge.Audit";

    /// <summary>The meter's name.</summary>
    public const string Meter = "SignalRBridge.Access";

    /// <summary>So often in a second one caller's refusals for the same reason are written down at most; all of them are counted.</summary>
    private const double LinesPerSecond = 10;

    /// <summary>So many of them at once. Of those that are for a limit one: they tell no more than the first.</summary>
    private const double MostLines = 100;

    private readonly ILogger _logger;
    private readonly Counter<long> _refusals;
    private readonly RateLimit<(CallerId Caller, string Code)> _lines;
    private readonly RateLimit<(CallerId Caller, string Limit)> _limitLines;

    public AuditLog(ILoggerFactory loggers, IMeterFactory meters, TimeProvider time)
    {
        _logger = loggers.CreateLogger(Category);
        _refusals = meters.Create(Meter).CreateCounter<long>(
            "bridge.refusals", "{refusal}", "What was refused to callers, by code; and by limit, where one was exceeded.");
        _lines = new(LinesPerSecond, MostLines, time);
        _limitLines = new(perSecond: 1, most: 1, time);
    }

    /// <param name="caller">Who published.</param>
    /// <param name="request">What.</param>
    /// <param name="stamp">What the message has as <c>bridge-request</c>.</param>
    /// <param name="result">What became of it: the receipt's reason, or the failure's code.</param>
    public void Published(Caller caller, PublishRequest request, string stamp, string result) => Log.Published(
        _logger, LogText.Of(caller.ToString()), caller.Address, LogText.Of(request.Topic), LogText.Of(request.BrokerKey), request.Payload.Length, (int)request.QualityOfService, request.Retain, stamp, result);

    /// <param name="user">The caller's name; null where there is none, or it is not known.</param>
    /// <param name="address">Where it came from.</param>
    /// <param name="refusal">What was refused, and why.</param>
    public void Refused(string? user, IPAddress? address, BridgeException refusal)
    {
        var caller = CallerId.Of(user, address);
        var code = new KeyValuePair<string, object?>("code", refusal.Code);
        if (refusal.Limit is { } limit)
            _refusals.Add(1, code, new("limit", limit));
        else
            _refusals.Add(1, code);

        // A flood of refusals must not become a flood of lines.
        var wait = refusal.Limit is null ? _lines.TryTake((caller, refusal.Code)) : _limitLines.TryTake((caller, refusal.Limit));
        if (wait is null)
            Log.Refused(_logger, address, refusal.Code, LogText.Of(refusal.Message));
    }

    /// <summary>Notes refusals for what is sent, whoever sends it; the others were noted where the caller was looked at.</summary>
    /// <param name="context">The request that failed, or that became the connection.</param>
    /// <param name="failure">Any failure.</param>
    public void NoteSizes(HttpContext? context, BridgeException failure)
    {
        if (failure is { Limit: null, Code: ErrorCodes.PayloadTooLarge or ErrorCodes.UriTooLong or ErrorCodes.TooManySubscriptions })
            Refused((context?.User as Identity)?.User, context?.Connection.RemoteIpAddress, failure);
    }

    private static partial class Log
    {
        [LoggerMessage(5003, LogLevel.Information, "{Caller} at {Address} published to '{Topic}' on broker '{Broker}' ({Bytes} bytes, QoS {Qos}, retain {Retain}) as {Request}: {Result}")]
        public static partial void Published(
            ILogger logger, string caller, IPAddress? address, string topic, string broker, int bytes, int qos, bool retain, string request, string result);

        [LoggerMessage(5004, LogLevel.Warning, "Refused at {Address}: {Code}: {Detail}")]
        public static partial void Refused(ILogger logger, IPAddress? address, string code, string detail);
    }
}
