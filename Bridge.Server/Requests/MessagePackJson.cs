using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Server.Messages;
using MessagePack;

namespace Bridge.Server.Requests;

/// <summary>
/// Makes JSON of MessagePack. The library's own conversion writes control characters as they are, which is no JSON, and replaces what
/// is no UTF-8; and its depth is bounded by the stack.
/// </summary>
internal static class MessagePackJson
{
    /// <summary>As deep as JSON is read.</summary>
    private const int MostLevels = 64;

    /// <summary>Reads one value.</summary>
    /// <returns>The value, or an undefined one where JSON has nothing for it.</returns>
    public static JsonElement Read(ref MessagePackReader reader)
    {
        var start = reader.Position;
        Skip(ref reader);
        var value = new MessagePackReader(reader.Sequence.Slice(start, reader.Position));
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        if (!TryWrite(ref value, writer, MostLevels))
            return default;

        writer.Flush();
        return FieldJson.TryParse(buffer.WrittenMemory);
    }

    /// <summary>Reads a string.</summary>
    /// <returns>The string, or null where it is not well-formed.</returns>
    public static string? ReadText(ref MessagePackReader reader)
    {
        try
        {
            return StrictUtf8.Instance.GetString(reader.ReadStringSequence()!.Value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Passes over one value, however deep.</summary>
    public static void Skip(ref MessagePackReader reader)
    {
        for (var rest = 1L; rest > 0; rest--)
        {
            if (reader.NextMessagePackType == MessagePackType.Array)
                rest += reader.ReadArrayHeader();
            else if (reader.NextMessagePackType == MessagePackType.Map)
                rest += 2L * reader.ReadMapHeader();
            else
                reader.Skip();
        }
    }

    private static bool TryWrite(ref MessagePackReader reader, Utf8JsonWriter writer, int levels)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                writer.WriteNullValue();
                return reader.TryReadNil();
            case MessagePackType.Boolean:
                writer.WriteBooleanValue(reader.ReadBoolean());
                return true;
            case MessagePackType.Integer when reader.NextCode == MessagePackCode.UInt64:
                writer.WriteNumberValue(reader.ReadUInt64());
                return true;
            case MessagePackType.Integer:
                writer.WriteNumberValue(reader.ReadInt64());
                return true;
            case MessagePackType.Float:
                return TryWriteFloat(ref reader, writer);
            case MessagePackType.String when ReadText(ref reader) is { } text:
                writer.WriteStringValue(text);
                return true;
            case MessagePackType.Binary:
                writer.WriteBase64StringValue(reader.ReadBytes()!.Value.ToArray());
                return true;
            case MessagePackType.Array when levels > 0:
                return TryWriteArray(ref reader, writer, levels - 1);
            case MessagePackType.Map when levels > 0:
                return TryWriteMap(ref reader, writer, levels - 1);
            default:
                return false;
        }
    }

    private static bool TryWriteFloat(ref MessagePackReader reader, Utf8JsonWriter writer)
    {
        // Each with as many digits as it needs.
        if (reader.NextCode == MessagePackCode.Float32)
        {
            var single = reader.ReadSingle();
            if (float.IsFinite(single))
                writer.WriteNumberValue(single);
            return float.IsFinite(single);
        }

        var number = reader.ReadDouble();
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        return double.IsFinite(number);
    }

    private static bool TryWriteArray(ref MessagePackReader reader, Utf8JsonWriter writer, int levels)
    {
        writer.WriteStartArray();
        for (var rest = reader.ReadArrayHeader(); rest > 0; rest--)
        {
            if (!TryWrite(ref reader, writer, levels))
                return false;
        }

        writer.WriteEndArray();
        return true;
    }

    private static bool TryWriteMap(ref MessagePackReader reader, Utf8JsonWriter writer, int levels)
    {
        writer.WriteStartObject();
        for (var rest = reader.ReadMapHeader(); rest > 0; rest--)
        {
            var name = reader.NextMessagePackType switch
            {
                MessagePackType.String => ReadText(ref reader),
                MessagePackType.Integer when reader.NextCode != MessagePackCode.UInt64 => reader.ReadInt64().ToString(CultureInfo.InvariantCulture),
                _ => null,
            };
            if (name is null)
                return false;

            writer.WritePropertyName(name);
            if (!TryWrite(ref reader, writer, levels))
                return false;
        }

        writer.WriteEndObject();
        return true;
    }
}
