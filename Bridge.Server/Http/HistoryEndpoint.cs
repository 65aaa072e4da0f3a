using System.Globalization;
using System.Text.Json;
using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>GET /history</c>: messages of the past, in the order in which they came.</summary>
internal sealed class HistoryEndpoint(RequestParser parser, HistoryReads reads)
{
    /// <summary><c>true</c> where messages after the cursor that was asked for are not kept any more.</summary>
    private const string Truncated = "Bridge-Truncated";

    public async Task HandleAsync(HttpContext context)
    {
        var fields = UrlEncoded.Parse(context.Request.QueryString);
        RequestParser.ThrowIfMisplaced(fields, "GET /events", "wait", "maxAge", "page", "mode", "maxRate", "snapshot");
        var (brokerKey, terms) = parser.ParseHistory(fields);
        var history = await reads.ReadAsync(Caller.Of(context), brokerKey, terms, context.RequestAborted);
        var response = context.Response;
        response.Headers.CacheControl = "no-cache";
        if (history.Truncated)
            response.Headers[Truncated] = "true";
        if (history.Next is { } next)
            response.Headers.Link = $"<{NextOf(brokerKey, terms, fields.OptionalText("until"), next)}>; rel=\"next\"";
        response.ContentType = BridgeJson.ContentType;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, StringifyEncoder.WriterOptions);
        writer.WriteStartArray();
        foreach (var message in history.Messages)
            ValueWriter.WriteEnvelope(writer, message);
        writer.WriteEndArray();
    }

    /// <summary>Relative, so that it holds behind a proxy that serves the bridge under another path.</summary>
    private static QueryString NextOf(string brokerKey, HistoryTerms terms, string? until, string next)
    {
        var link = QueryString.Create("brokerKey", brokerKey).Add("topic", terms.Filter.Text).Add("since", next);
        link = link.Add("limit", terms.Limit.ToString(CultureInfo.InvariantCulture));
        return until is null ? link : link.Add("until", until);
    }
}
