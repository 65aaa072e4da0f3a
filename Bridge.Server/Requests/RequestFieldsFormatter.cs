using System.Buffers;
using Bridge.Server.Messages;
using MessagePack;
using MessagePack.Formatters;

namespace Bridge.Server.Requests;

/// <summary>Reads the one object that a hub method takes, in the MessagePack protocol.</summary>
internal sealed class RequestFieldsFormatter : IMessagePackFormatter<RequestFields?>
{
    public RequestFields Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.NextMessagePackType != MessagePackType.Map)
        {
            var found = reader.NextMessagePackType;
            MessagePackJson.Skip(ref reader);
            return new RequestFields($"One object is expected, not {found.ToString().ToLowerInvariant()}.");
        }

        var fields = new RequestFields();
        string? problem = null;
        for (var remaining = reader.ReadMapHeader(); remaining > 0; remaining--)
        {
            try
            {
                if (ReadName(ref reader) is { } name)
                {
                    fields.Add(name, ReadValue(ref reader));
                    continue;
                }

                problem ??= "The names of an object's members are strings of well-formed Unicode.";
                MessagePackJson.Skip(ref reader);
            }
            catch (BridgeException exception)
            {
                problem ??= exception.Message;
            }
        }

        return problem is null ? fields : new RequestFields(problem);
    }

    public void Serialize(ref MessagePackWriter writer, RequestFields? value, MessagePackSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");

    private static string? ReadName(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.String)
            return MessagePackJson.ReadText(ref reader);

        MessagePackJson.Skip(ref reader);
        return null;
    }

    private static FieldValue ReadValue(ref MessagePackReader reader) => reader.NextMessagePackType switch
    {
        MessagePackType.String => MessagePackJson.ReadText(ref reader) is { } text ? FieldValue.FromText(text) : FieldValue.Unreadable,
        MessagePackType.Binary => FieldValue.FromBytes(reader.ReadBytes()!.Value.ToArray()),
        _ => FieldValue.FromJson(MessagePackJson.Read(ref reader)),
    };
}
