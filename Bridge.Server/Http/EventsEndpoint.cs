using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>GET /events</c>: last values.</summary>
internal sealed class EventsEndpoint(RequestParser parser, MessageStreams streams)
{
    private const int FlushAfter = 65_536;

    public Task HandleAsync(HttpContext context)
    {
        var query = UrlEncoded.Parse(context.Request.QueryString);
        RequestParser.ThrowIfSet(query, "since", "wait", "maxAge", "limit");
        var representation = Representations.Choose(query.OptionalText("format"), context.Request.Headers.Accept);
        var (brokerKey, filter) = parser.ParseFilter(query);
        var stream = streams.Get(brokerKey);
        var response = context.Response;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!filter.IsExact)
            return WriteListAsync(response, representation, stream.GetLast(filter).Messages);

        var last = stream.GetLast(filter.Text)
            ?? throw new BridgeException(ErrorCodes.NoMessage, $"Nothing is known of topic '{filter.Text}' on broker '{brokerKey}'.");
        var message = representation == Representation.Message
            ? last.Message with { Cursor = stream.CursorAt(last.Position) }
            : last.Message;
        return ValueWriter.WriteAsync(response, representation, message);
    }

    private static async Task WriteListAsync(HttpResponse response, Representation representation, IReadOnlyList<BridgeMessage> messages)
    {
        if (representation == Representation.Raw)
            throw new BridgeException(ErrorCodes.NotAcceptable, "The raw payload of one topic can be shown, not of a filter.");

        response.ContentType = BridgeJson.ContentType;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, ValueWriter.JsonOptions);
        writer.WriteStartArray();
        foreach (var message in messages)
        {
            ValueWriter.WriteEnvelope(writer, message);
            // A long list leaves as it is written: it is never in memory as a whole.
            if (writer.BytesPending > FlushAfter)
            {
                await writer.FlushAsync();
                await response.BodyWriter.FlushAsync();
            }
        }

        writer.WriteEndArray();
    }
}
