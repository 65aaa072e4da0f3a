using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Wire;
using Bridge.Server.Messages;

namespace Bridge.Server.Http;

/// <summary>Writes messages as they are shown over HTTP: one alone in each of its representations, and envelopes for lists.</summary>
internal static class ValueWriter
{
    /// <summary>Writes one message, with the headers that say what it is.</summary>
    /// <exception cref="BridgeException">It cannot be shown so.</exception>
    public static Task WriteAsync(HttpResponse response, Representation representation, BridgeMessage message)
    {
        switch (representation)
        {
            case Representation.Raw:
                response.ContentType = SafeContentType.Of(message.ContentType);
                response.ContentLength = message.Payload.Length;
                return response.Body.WriteAsync(message.Payload).AsTask();
            case Representation.Message:
                WriteMessage(response, message);
                break;
            default:
                if (!Utf8Text.IsValid(message.Payload.Span))
                    throw new BridgeException(ErrorCodes.NotAcceptable, "The payload is no UTF-8 text; ask for format=raw or format=message.");
                WriteText(response, message.Payload.Span);
                break;
        }

        return Task.CompletedTask;
    }

    /// <summary>Writes the envelope as HTTP has it.</summary>
    public static void WriteEnvelope(Utf8JsonWriter writer, BridgeMessage message) =>
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
        using var writer = new Utf8JsonWriter(response.BodyWriter, StringifyEncoder.WriterOptions);
        WriteEnvelope(writer, message);
        writer.Flush();
        response.ContentType = Representations.MessageType;
        response.ContentLength = writer.BytesCommitted;
    }
}
