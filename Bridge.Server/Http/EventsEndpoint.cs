using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary><c>GET /events</c>: last values.</summary>
internal sealed class EventsEndpoint(RequestParser parser, MessageStreams streams)
{
    private const string JsonType = "application/json; charset=utf-8";
    private const int FlushAfter = 65_536;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // As JSON.stringify has it: the response is application/json with nosniff, never a page.
        Encoder = StringifyEncoder.Instance,
        SkipValidation = true,
    };

    public async Task HandleAsync(HttpContext context)
    {
        var query = UrlEncoded.Parse(context.Request.QueryString);
        RequestParser.ThrowIfSet(query, "since", "wait", "maxAge", "limit");
        var representation = Representations.Choose(query.OptionalText("format"), context.Request.Headers.Accept);
        var (brokerKey, filter) = parser.ParseFilter(query);
        var (_, messages) = streams.Get(brokerKey).GetLast(filter);
        var response = context.Response;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept";
        response.Headers.XContentTypeOptions = "nosniff";
        if (!filter.IsExact)
        {
            await WriteListAsync(response, representation, messages);
            return;
        }

        if (messages.Count == 0)
            throw new BridgeException(ErrorCodes.NoMessage, $"Nothing is known of topic '{filter.Text}' on broker '{brokerKey}'.");

        await WriteOneAsync(response, representation, messages[0]);
    }

    private static async Task WriteListAsync(HttpResponse response, Representation representation, IReadOnlyList<BridgeMessage> messages)
    {
        if (representation == Representation.Raw)
            throw new BridgeException(ErrorCodes.NotAcceptable, "The raw payload of one topic can be shown, not of a filter.");

        response.ContentType = JsonType;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        writer.WriteStartArray();
        foreach (var message in messages)
        {
            WriteEnvelope(writer, message);
            // A long list leaves as it is written: it is never in memory as a whole.
            if (writer.BytesPending > FlushAfter)
            {
                await writer.FlushAsync();
                await response.BodyWriter.FlushAsync();
            }
        }

        writer.WriteEndArray();
    }

    private static Task WriteOneAsync(HttpResponse response, Representation representation, BridgeMessage message)
    {
        switch (representation)
        {
            case Representation.Raw:
                response.ContentType = SafeContentType.Of(message.ContentType);
                response.ContentLength = message.Payload.Length;
                return response.Body.WriteAsync(message.Payload).AsTask();
            case Representation.Message:
                return WriteJsonAsync(response, Representations.MessageType, writer => WriteEnvelope(writer, message));
            default:
                if (!Utf8Text.IsValid(message.Payload.Span))
                    throw new BridgeException(ErrorCodes.NotAcceptable, "The payload is no UTF-8 text; ask for format=raw or format=message.");
                return WriteJsonAsync(response, JsonType, writer => writer.WriteStringValue(message.Payload.Span));
        }
    }

    private static void WriteEnvelope(Utf8JsonWriter writer, BridgeMessage message) =>
        BridgeMessageJsonConverter.Write(writer, message, EnvelopeMembers.BrokerAndCursor | EnvelopeMembers.Usual);

    private static async Task WriteJsonAsync(HttpResponse response, string contentType, Action<Utf8JsonWriter> write)
    {
        response.ContentType = contentType;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        write(writer);
    }
}
