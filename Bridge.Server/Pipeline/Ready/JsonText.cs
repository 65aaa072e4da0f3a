using System.Text.Json;
using System.Text.Unicode;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Parts of JSON as bytes of their own, so that a small part does not keep a large payload in memory.</summary>
internal static class JsonText
{
    /// <summary>Whether all of it is one JSON value (RFC 8259), not nested deeper than 64.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
            return false;

        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The JSON without the white space between its tokens, which stay as they are.</summary>
    /// <param name="json">One valid value.</param>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        var (isText, isEscaped) = (false, false);
        foreach (var character in json)
        {
            if (!isText && character is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;

            compact[length++] = character;
            if (character == '"' && !isEscaped)
                isText = !isText;
            isEscaped = character == '\\' && !isEscaped;
        }

        return length == compact.Length ? compact : compact[..length];
    }

    /// <summary>What a JSON string says, in UTF-8; null where it has half a surrogate pair.</summary>
    /// <param name="json">One valid string, with its quotes.</param>
    public static byte[]? Unescape(ReadOnlySpan<byte> json)
    {
        if (!json.Contains((byte)'\\'))
            return json[1..^1].ToArray();

        var reader = new Utf8JsonReader(json);
        reader.Read();
        var text = new byte[json.Length];
        try
        {
            return text[..reader.CopyString(text)];
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
