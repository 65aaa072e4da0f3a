using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Server.Topics;

namespace Bridge.Server.Requests;

/// <summary>Makes requests of the members that arrived, the same through every door.</summary>
internal sealed class RequestParser(BridgeOptions options)
{
    // In Hz: from once in 100 s to what a clock of milliseconds can tell.
    private const double SlowestRate = 0.01;
    private const double FastestRate = 1000;

    // In seconds: ten years, longer than any last value is waited for.
    private const double OldestAge = 315_360_000;

    // Messages of one answer.
    private const int MostOfHistory = 10_000;
    private const int UsualOfHistory = 1000;

    // For a reply, in seconds.
    private const double ShortestWait = 0.1;
    private const double UsualWait = 10;
    private const double LongestWait = 300;

    /// <summary>A broker, and a topic filter on it.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, TopicFilter Filter) ParseFilter(RequestFields fields)
    {
        var brokerKey = fields.RequiredText("brokerKey");
        var text = fields.RequiredText("topic");
        var filter = TopicFilter.TryParse(text, out var problem) ?? throw new BridgeException(ErrorCodes.FilterInvalid, problem!);
        return options.Limits.HasTooManyLevels(text)
            ? throw new BridgeException(ErrorCodes.FilterInvalid, $"The topic filter has more than {options.Limits.MaxTopicLevels} levels.")
            : (brokerKey, filter);
    }

    /// <summary>Which last values are asked for.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, ReadTerms Terms) ParseRead(RequestFields fields)
    {
        var (brokerKey, filter) = ParseFilter(fields);
        return (brokerKey, new ReadTerms(filter)
        {
            Since = fields.OptionalText("since") is { } since ? StreamCursor.Parse(since) : null,
            Page = fields.OptionalText("page") is { } page ? ReadPage.Parse(page) : null,
            Limit = (int)(fields.Number("limit", 1, int.MaxValue) ?? int.MaxValue),
            MaxAge = fields.Real("maxAge", 0, OldestAge) is { } maxAge ? TimeSpan.FromSeconds(maxAge) : null,
        });
    }

    /// <summary>What of the past is asked for.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, HistoryTerms Terms) ParseHistory(RequestFields fields)
    {
        var (brokerKey, filter) = ParseFilter(fields);
        var limit = (int)(fields.Number("limit", 1, MostOfHistory) ?? UsualOfHistory);
        return (brokerKey, new HistoryTerms(filter, ParseEnd(fields.OptionalText("since"), "since"), ParseEnd(fields.OptionalText("until"), "until"), limit));
    }

    /// <summary>A cursor or a time; no cursor looks like a time.</summary>
    private static HistoryEnd? ParseEnd(string? text, string name)
    {
        if (text is null)
            return null;
        if (!text.Contains('-', StringComparison.Ordinal))
            return new HistoryEnd(StreamCursor.Parse(text), null);

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new HistoryEnd(null, time)
            : throw BridgeException.RequestInvalid($"'{name}' must be a cursor or a time such as 2026-11-23T10:00:00Z.");
    }

    /// <summary>What is subscribed to, and how it is delivered.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public (string BrokerKey, SubscriptionTerms Terms) ParseSubscribe(RequestFields fields)
    {
        var (brokerKey, filter) = ParseFilter(fields);
        var resumeFrom = fields.OptionalText("resumeFrom") is { } cursor ? StreamCursor.Parse(cursor) : default(StreamCursor?);
        return (brokerKey, new SubscriptionTerms(filter, ParseMode(fields), fields.Flag("snapshot", true), resumeFrom));
    }

    private static DeliveryMode ParseMode(RequestFields fields)
    {
        var maxRate = fields.Real("maxRate", SlowestRate, FastestRate);
        return fields.OptionalText("mode") switch
        {
            "latest" => DeliveryMode.Latest(maxRate),
            null or "all" when maxRate is null => DeliveryMode.All,
            null or "all" => throw BridgeException.RequestInvalid("'maxRate' needs the 'mode' latest: of all messages none is left out for it."),
            var mode => throw BridgeException.RequestInvalid($"'mode' must be all or latest, is '{mode}'."),
        };
    }

    /// <summary>What is published. Its topic and size are checked where it is published.</summary>
    /// <exception cref="BridgeException">A member is missing or wrong.</exception>
    public static PublishRequest ParsePublish(RequestFields fields) => ParsePublish(fields, fields.Payload());

    /// <summary>The same, with the payload from elsewhere.</summary>
    public static PublishRequest ParsePublish(RequestFields fields, ReadOnlyMemory<byte> payload) =>
        new()
        {
            BrokerKey = fields.RequiredText("brokerKey"),
            Topic = fields.RequiredText("topic"),
            Payload = payload,
            QualityOfService = (QualityOfService)(fields.Number("qos", 0, 2) ?? 1),
            Retain = fields.Flag("retain", false),
            ContentType = fields.OptionalText("contentType"),
            UserProperties = fields.Pairs("userProperties"),
            ResponseTopic = fields.OptionalText("responseTopic"),
            CorrelationData = fields.Bytes("correlationData"),
            Durable = fields.Has("durable") ? fields.Flag("durable", false) : null,
            ExpirySeconds = (uint?)fields.Number("expirySeconds", 1, uint.MaxValue),
            IdempotencyKey = fields.OptionalText("idempotencyKey") is { } key ? IdempotencyKey.Parse(key) : null,
        };

    /// <summary>Tells what would be ignored otherwise, because it is of use elsewhere: the caller relies on what it asks for.</summary>
    /// <param name="fields">The members.</param>
    /// <param name="place">Where it would be of use.</param>
    /// <param name="names">The names of such members.</param>
    public static void ThrowIfMisplaced(RequestFields fields, string place, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Has(name))
                throw BridgeException.RequestInvalid($"'{name}' is for {place}.");
        }
    }

    /// <summary>What is published for a reply, and how long all of it may take.</summary>
    /// <exception cref="BridgeException">A member is missing, wrong, or not the caller's to set.</exception>
    public static (PublishRequest Message, TimeSpan Timeout) ParseRequest(RequestFields fields, ReadOnlyMemory<byte>? payload = null)
    {
        foreach (var name in (ReadOnlySpan<string>)["responseTopic", "correlationData"])
        {
            if (fields.Has(name))
                throw BridgeException.RequestInvalid($"'{name}' of a request is set by the bridge: it tells by it whose reply is whose.");
        }

        ThrowIfMisplaced(fields, "publishing: a reply is not kept", "idempotencyKey", "durable");
        if (fields.Flag("retain", false))
            throw BridgeException.RequestInvalid("'retain' must not be true for a request: whoever got it later would reply to nobody.");

        var timeout = fields.Real("timeoutSeconds", ShortestWait, LongestWait) ?? UsualWait;
        return (payload is { } bytes ? ParsePublish(fields, bytes) : ParsePublish(fields), TimeSpan.FromSeconds(timeout));
    }
}
