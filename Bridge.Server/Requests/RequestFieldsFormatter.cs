using System.Buffers;
using System.Text;
using System.Text.Json;
using Bridge.Server.Messages;
using MessagePack;
using MessagePack.Formatters;

namespace Bridge.Server.Requests;

/// <summary>Reads the one object that a hub method takes, in the MessagePack protocol.</summary>
internal sealed class RequestFieldsFormatter : IMessagePackFormatter<RequestFields?>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public RequestFields Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            var found = reader.NextMessagePackType;
            reader.Skip();
            return new RequestFields($"One object is expected, not {found.ToString().ToLowerInvariant()}.");
        }

        options.Security.DepthStep(ref reader);
        var fields = new RequestFields();
        string? problem = null;
        for (var remaining = reader.ReadMapHeader(); remaining > 0; remaining--)
        {
            try
            {
                var name = ReadName(ref reader);
                var value = ReadValue(ref reader, options);
                if (name is null)
                    problem ??= "The names of an object's members are strings of well-formed Unicode.";
                else if (value is null)
                    problem ??= $"'{name}' must be a string of well-formed Unicode, bytes, or what JSON can say.";
                else
                    fields.Add(name, value.Value);
            }
            catch (BridgeException exception)
            {
                problem ??= exception.Message;
            }
        }

        reader.Depth--;
        return problem is null ? fields : new RequestFields(problem);
    }

    public void Serialize(ref MessagePackWriter writer, RequestFields? value, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");

    private static string? ReadName(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.String)
            return ReadText(ref reader);

        reader.Skip();
        return null;
    }

    private static FieldValue? ReadValue(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.String:
                return ReadText(ref reader) is { } text ? FieldValue.FromText(text) : null;
            case MessagePackType.Binary:
                return FieldValue.FromBytes(reader.ReadBytes()!.Value.ToArray());
            case MessagePackType.Nil:
                reader.Skip();
                return default(FieldValue);
            default:
                return ReadJson(reader.ReadRaw(), options) is { ValueKind: not JsonValueKind.Undefined } json ? FieldValue.FromJson(json) : null;
        }
    }

    /// <summary>The reader's own way would replace what is no UTF-8 and say nothing.</summary>
    private static string? ReadText(ref MessagePackReader reader)
    {
        try
        {
            return StrictUtf8.GetString(reader.ReadStringSequence()!.Value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static JsonElement ReadJson(ReadOnlySequence<byte> value, MessagePackSerializerOptions options)
    {
        try
        {
            return FieldJson.TryParse(MessagePackSerializer.ConvertToJson(value, options));
        }
        catch (MessagePackSerializationException)
        {
            // Nested too deeply.
            return default;
        }
    }
}
