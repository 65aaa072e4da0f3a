using System.Diagnostics.Metrics;
using System.Net;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Writes down who published what, and what was refused to whom; the category is <c>Bridge.Audit</c>.</summary>
internal sealed partial class AuditLog
{
    public const string Category = "Bridge.Audit";

    /// <summary>The meter's name.</summary>
    public const string Meter = "SignalRBridge.Access";

    private readonly ILogger _logger;
    private readonly Counter<long> _refusals;

    public AuditLog(ILoggerFactory loggers, IMeterFactory meters)
    {
        _logger = loggers.CreateLogger(Category);
        _refusals = meters.Create(Meter).CreateCounter<long>("bridge.refusals", "{refusal}", "What was refused to callers, by code.");
    }

    /// <param name="caller">Who published.</param>
    /// <param name="request">What.</param>
    /// <param name="stamp">What the message has as <c>bridge-request</c>.</param>
    /// <param name="result">What became of it: the receipt's reason, or the failure's code.</param>
    public void Published(Caller caller, PublishRequest request, string stamp, string result) => Log.Published(
        _logger, caller, caller.Address, LogText.Of(request.Topic), LogText.Of(request.BrokerKey), request.Payload.Length, (int)request.QualityOfService, request.Retain, stamp, result);

    /// <param name="address">Where it came from.</param>
    /// <param name="refusal">What was refused, and why.</param>
    public void Refused(IPAddress? address, BridgeException refusal)
    {
        _refusals.Add(1, new KeyValuePair<string, object?>("code", refusal.Code));
        Log.Refused(_logger, address, refusal.Code, LogText.Of(refusal.Message));
    }

    private static partial class Log
    {
        [LoggerMessage(5003, LogLevel.Information, "{Caller} at {Address} published to '{Topic}' on broker '{Broker}' ({Bytes} bytes, QoS {Qos}, retain {Retain}) as {Request}: {Result}")]
        public static partial void Published(
            ILogger logger, Caller caller, IPAddress? address, string topic, string broker, int bytes, int qos, bool retain, string request, string result);

        [LoggerMessage(5004, LogLevel.Warning, "Refused at {Address}: {Code}: {Detail}")]
        public static partial void Refused(ILogger logger, IPAddress? address, string code, string detail);
    }
}
