using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Requests;

/// <summary>Request members as JSON.</summary>
internal static class FieldJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>That an item of an array is too deep is the item's own mistake. A reader does not mind; a document's time grows with its square.</summary>
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private static readonly JsonSerializerOptions Compact = new() { Encoder = StringifyEncoder.Instance };

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="BridgeException">It is no JSON object.</exception>
    public static RequestFields ParseObject(ReadOnlyMemory<byte> utf8)
    {
        ThrowIfNotUtf8(utf8.Span);
        try
        {
            return FromObject(JsonElement.Parse(utf8.Span, Strict));
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw BridgeException.RequestInvalid($"The body is not a JSON object: {exception.Message}");
        }
    }

    /// <summary>Whether a body, if it is JSON, is an array.</summary>
    public static bool IsArray(ReadOnlyMemory<byte> utf8) => utf8.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8);

    /// <summary>Reads an array of objects. Mistakes within an item are told when its members are read.</summary>
    /// <exception cref="BridgeException">It is no JSON, or has more items than that.</exception>
    public static IReadOnlyList<RequestFields> ParseArray(ReadOnlyMemory<byte> utf8, int mostItems)
    {
        ThrowIfNotUtf8(utf8.Span);
        var items = new List<RequestFields>();
        var reader = new Utf8JsonReader(utf8.Span, AnyDepth);
        try
        {
            for (reader.Read(); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
            {
                if (items.Count == mostItems)
                    throw new BridgeException(ErrorCodes.PayloadTooLarge, $"An array may have {mostItems} items.");
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(ParseItem(utf8.Span[start..(int)reader.BytesConsumed]));
            }

            // Throws where more follows.
            reader.Read();
            return items;
        }
        catch (JsonException exception)
        {
            throw BridgeException.RequestInvalid($"The body is not JSON: {exception.Message}");
        }
    }

    private static RequestFields ParseItem(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return FromObject(JsonElement.Parse(utf8, Strict));
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return new RequestFields($"The item is not a JSON object: {exception.Message}");
        }
    }

    private static void ThrowIfNotUtf8(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
            throw BridgeException.RequestInvalid("The body is not UTF-8: it holds what is no Unicode.");
    }

    /// <summary>
    /// Takes the members of an object, which must not be of a document that is disposed before they are read; anything else is told when
    /// they are.
    /// </summary>
    public static RequestFields FromObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new RequestFields($"One object is expected, not {json.ValueKind.ToString().ToLowerInvariant()}.");

        var fields = new RequestFields();
        try
        {
            foreach (var member in json.EnumerateObject())
                fields.Add(member.Name, FieldValue.FromJson(member.Value));
            return fields;
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return new RequestFields("The names of an object's members must be well-formed Unicode.");
        }
    }

    /// <returns>The value, or an undefined one where the text is no JSON.</returns>
    public static JsonElement TryParse(string text) => TryParse(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="TryParse(string)"/>
    public static JsonElement TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonElement.Parse(utf8.Span, Strict);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return default;
        }
    }

    /// <summary>Writes without white space, and numbers as they were written.</summary>
    /// <returns>The bytes, or null where there is no value, or half a surrogate pair in it, which UTF-8 cannot hold.</returns>
    public static byte[]? TryWriteCompact(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Undefined)
            return null;

        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(json, Compact);
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            return null;
        }
    }

    /// <summary>The library throws the second where names or texts hold half a surrogate pair.</summary>
    private static bool IsMalformed(Exception exception) => exception is JsonException or InvalidOperationException;
}
