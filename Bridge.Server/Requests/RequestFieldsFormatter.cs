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
                if (reader.NextMessagePackType == MessagePackType.String)
                {
                    fields.Add(reader.ReadString()!, ReadValue(ref reader, options));
                    continue;
                }

                problem ??= "The names of an object's members are strings.";
                reader.Skip();
                reader.Skip();
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

    private static FieldValue ReadValue(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.String:
                return FieldValue.FromText(reader.ReadString()!);
            case MessagePackType.Binary:
                return FieldValue.FromBytes(reader.ReadBytes()!.Value.ToArray());
            default:
                return FieldValue.FromJson(FieldJson.TryParse(MessagePackSerializer.ConvertToJson(reader.ReadRaw(), options)));
        }
    }
}
