using System.Text.Json;
using System.Text.Unicode;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Where a value stands in JSON: names and numbers of items, from the outside in.</summary>
/// <remarks>Of members with the same name the last counts, as for <c>JSON.parse</c>; so the whole text is read, and must be JSON.</remarks>
internal sealed class JsonPath(JsonPathPart[] parts)
{
    /// <summary>Finds the value.</summary>
    /// <returns>False: the text is no JSON. Otherwise the value, which may be missing.</returns>
    public bool TryFind(ReadOnlySpan<byte> json, out JsonSlice value)
    {
        value = default;
        if (!Utf8.IsValid(json))
            return false;

        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            var found = Find(ref reader, 0);
            // Throws where anything but white space follows.
            reader.Read();
            value = found;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter: a name with half a surrogate pair.
            return false;
        }
    }

    /// <summary>Leaves the reader at the last token of the value that it is at.</summary>
    private JsonSlice Find(ref Utf8JsonReader reader, int depth)
    {
        var (type, start) = (reader.TokenType, (int)reader.TokenStartIndex);
        if (depth < parts.Length)
        {
            var part = parts[depth];
            if (type == JsonTokenType.StartObject && part.Name is not null)
                return FindMember(ref reader, part.Name, depth + 1);
            if (type == JsonTokenType.StartArray && part.Index >= 0)
                return FindItem(ref reader, part.Index, depth + 1);
        }

        reader.Skip();
        return depth < parts.Length ? default : new JsonSlice(type, start, (int)reader.BytesConsumed - start);
    }

    private JsonSlice FindMember(ref Utf8JsonReader reader, byte[] name, int depth)
    {
        JsonSlice found = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var isMine = reader.ValueTextEquals(name);
            reader.Read();
            if (isMine)
                found = Find(ref reader, depth);
            else
                reader.Skip();
        }

        return found;
    }

    private JsonSlice FindItem(ref Utf8JsonReader reader, int index, int depth)
    {
        JsonSlice found = default;
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index)
                found = Find(ref reader, depth);
            else
                reader.Skip();
        }

        return found;
    }
}

/// <summary>One part of a path.</summary>
/// <param name="Name">The member's name in UTF-8; null where it is no name.</param>
/// <param name="Index">The item's number; -1 where it is none.</param>
internal readonly record struct JsonPathPart(byte[]? Name, int Index);

/// <summary>A value within JSON. <c>default</c>: there is none.</summary>
internal readonly record struct JsonSlice(JsonTokenType Type, int Start, int Length)
{
    public bool IsMissing => Type == JsonTokenType.None;

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> json) => json.Slice(Start, Length);
}
