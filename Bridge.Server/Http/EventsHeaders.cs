using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.FanOut;

namespace Bridge.Server.Http;

/// <summary>What the headers of <c>GET /events</c> tell of the values.</summary>
internal static class EventsHeaders
{
    /// <summary>The state of the broker's link.</summary>
    public const string BrokerState = "Bridge-Broker-State";

    /// <summary>The position as of which the values were read: who asks for what has changed since misses nothing.</summary>
    public const string Cursor = "Bridge-Cursor";

    /// <summary><c>true</c> where everything is told instead of what has changed, because that is not known any more.</summary>
    public const string CursorReset = "Bridge-Cursor-Reset";

    /// <summary><c>true</c> where the bridge itself may have missed some of what has changed.</summary>
    public const string Gap = "Bridge-Gap";

    /// <summary>How many values were left out because they are older than was asked for.</summary>
    public const string Stale = "Bridge-Stale";

    /// <summary>Those that pages of other sites may read, beside the ones that they may read anyway.</summary>
    public static string[] Exposed { get; } = [BrokerState, Cursor, CursorReset, Gap, Stale, "Age", "ETag", "Link", "Retry-After"];

    public static void Write(HttpResponse response, EventsQuery query, LastValues values, BrokerState state, DateTimeOffset now)
    {
        var headers = response.Headers;
        headers[BrokerState] = NameOf(state);
        headers[Cursor] = values.Cursor.ToString();
        if (values.IsReset)
            headers[CursorReset] = "true";
        if (values.HasGap)
            headers[Gap] = "true";
        if (values.Stale > 0)
            headers[Stale] = values.Stale.ToString(CultureInfo.InvariantCulture);
        if (values.Next is { } next)
            headers.Link = $"<{NextOf(query, next)}>; rel=\"next\"";
        if (!IsShown(query, values))
            return;

        headers.ETag = $"\"{values.Tag}{SuffixOf(query.Representation)}\"";
        if (values.Messages.Count > 0)
            WriteTime(headers, values.Messages.Max(message => message.Message.ReceivedAt), now);
    }

    /// <summary>The tag that values have whatever their form; null where it is that of another form.</summary>
    /// <remarks>Each form has tags of its own (RFC 9110 §8.8.3.3): a browser would show one for the other.</remarks>
    public static string? TagOf(string formTag, Representation representation)
    {
        var suffix = SuffixOf(representation);
        if (formTag == "*" || (suffix.Length == 0 && !formTag.Contains(';')))
            return formTag;

        return suffix.Length > 0 && formTag.EndsWith(suffix, StringComparison.Ordinal) ? formTag[..^suffix.Length] : null;
    }

    private static string SuffixOf(Representation representation) => representation switch
    {
        Representation.Raw => ";raw",
        Representation.Message => ";message",
        _ => "",
    };

    /// <summary>Whether these are shown, or known to be what the client shows.</summary>
    private static bool IsShown(EventsQuery query, LastValues values) =>
        query.Terms.Knows(values.Tag)
        || (values.Outcome == ReadOutcome.Values && !(query.Terms.Filter.IsExact && values.Messages is [{ IsDeletion: true }]));

    private static void WriteTime(IHeaderDictionary headers, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        // A value may change several times within one of its seconds: for If-Modified-Since it is too coarse, and that is not evaluated.
        headers.LastModified = receivedAt.ToString("r");
        // The server's own clock for it may be a second behind (RFC 9110 §8.8.2.1).
        headers.Date = now.ToString("r");
        headers.Age = Math.Max(0, (long)(now - receivedAt).TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    private static string NameOf(BrokerState state) => state switch
    {
        Contracts.BrokerState.Connected => "connected",
        Contracts.BrokerState.Connecting => "connecting",
        _ => "disconnected",
    };

    /// <summary>Relative, so that it holds behind a proxy that serves the bridge under another path.</summary>
    private static QueryString NextOf(EventsQuery query, ReadPage next)
    {
        var link = QueryString.Create("brokerKey", query.BrokerKey).Add("topic", query.Terms.Filter.Text).Add("page", next.ToString());
        link = link.Add("limit", query.Terms.Limit.ToString(CultureInfo.InvariantCulture));
        if (query.Format is { } format)
            link = link.Add("format", format);
        if (query.Terms.MaxAge is { } maxAge)
            link = link.Add("maxAge", maxAge.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        return link;
    }
}
