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
    private const int FlushAfter = 65_536;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // As JSON.stringify has it: the response is application/json with nosniff, never a page.
        Encoder = StringifyEncoder.Instance,
        SkipValidation = true,
    };

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
        return WriteOneAsync(response, representation, stream, last);
    }

    private static async Task WriteListAsync(HttpResponse response, Representation representation, IReadOnlyList<BridgeMessage> messages)
    {
        if (representation == Representation.Raw)
            throw new BridgeException(ErrorCodes.NotAcceptable, "The raw payload of one topic can be shown, not of a filter.");

        response.ContentType = BridgeJson.ContentType;
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

    private static Task WriteOneAsync(HttpResponse response, Representation representation, MessageStream stream, SequencedMessage last)
    {
        var message = last.Message;
        switch (representation)
        {
            case Representation.Raw:
                response.ContentType = SafeContentType.Of(message.ContentType);
                response.ContentLength = message.Payload.Length;
                return response.Body.WriteAsync(message.Payload).AsTask();
            case Representation.Message:
                WriteMessage(response, message with { Cursor = stream.CursorAt(last.Position) });
                break;
            default:
                if (!Utf8Text.IsValid(message.Payload.Span))
                    throw new BridgeException(ErrorCodes.NotAcceptable, "The payload is no UTF-8 text; ask for format=raw or format=message.");
                WriteText(response, message.Payload.Span);
                break;
        }

        return Task.CompletedTask;
    }

    private static void WriteEnvelope(Utf8JsonWriter writer, BridgeMessage message) =>
        BridgeMessageJsonConverter.Write(writer, message, EnvelopeMembers.BrokerAndCursor | EnvelopeMembers.Usual);

    /// <summary>Writes the text as a JSON string. The server sends the head and the body together, when this request is done.</summary>
    private static void WriteText(HttpResponse response, ReadOnlySpan<byte> utf8)
    {
        var encoder = StringifyEncoder.Instance;
        var body = response.BodyWriter.GetSpan((utf8.Length * encoder.MaxOutputCharactersPerInputCharacter) + 2);
        body[0] = (byte)'"';
        encoder.EncodeUtf8(utf8, body[1..], out _, out var length);
        body[length + 1] = (byte)'"';
        response.BodyWriter.Advance(length + 2);
        response.ContentType = BridgeJson.ContentType;
        response.ContentLength = length + 2;
    }

    private static void WriteMessage(HttpResponse response, BridgeMessage message)
    {
        using var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        WriteEnvelope(writer, message);
        writer.Flush();
        response.ContentType = Representations.MessageType;
        response.ContentLength = writer.BytesCommitted;
    }
}
