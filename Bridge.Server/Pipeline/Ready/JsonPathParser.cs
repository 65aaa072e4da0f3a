using System.Globalization;
using System.Text;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Reads paths: <c>data.sensors[0].value</c>, or a JSON Pointer (RFC 6901).</summary>
internal static class JsonPathParser
{
    private const string Expected = "is no path such as data.sensors[0].value, nor a JSON Pointer such as /data/sensors/0/value";

    /// <returns>The path; where the text is none, null and a problem.</returns>
    public static JsonPath? TryParse(string text, out string? problem)
    {
        var parts = new List<JsonPathPart>();
        var isPath = text.StartsWith('/') ? ReadPointer(text, parts) : ReadDotted(text, parts);
        problem = isPath ? null : text.Length == 0 ? "must be set" : $"'{text}' {Expected}";
        return isPath ? new JsonPath([.. parts]) : null;
    }

    /// <exception cref="FormatException">The text is no path.</exception>
    public static JsonPath Parse(string text) => TryParse(text, out var problem) ?? throw new FormatException(problem);

    private static bool ReadPointer(string text, List<JsonPathPart> parts)
    {
        foreach (var token in text[1..].Split('/'))
        {
            for (var i = token.IndexOf('~'); i >= 0; i = token.IndexOf('~', i + 1))
            {
                if (i + 1 == token.Length || token[i + 1] is not ('0' or '1'))
                    return false;
            }

            var name = token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            parts.Add(new JsonPathPart(Encoding.UTF8.GetBytes(name), Index(token)));
        }

        return true;
    }

    private static bool ReadDotted(string text, List<JsonPathPart> parts)
    {
        var rest = text.AsSpan();
        while (true)
        {
            var name = rest[..IndexOfEnd(rest)];
            rest = rest[name.Length..];
            if (name.Length > 0)
                parts.Add(new JsonPathPart(Encoding.UTF8.GetBytes(name.ToString()), -1));
            else if (parts.Count > 0 || !rest.StartsWith('['))
                return false;

            if (!ReadIndexes(ref rest, parts))
                return false;
            if (rest.IsEmpty)
                return true;
            if (rest[0] != '.')
                return false;
            rest = rest[1..];
        }
    }

    private static bool ReadIndexes(ref ReadOnlySpan<char> rest, List<JsonPathPart> parts)
    {
        while (rest.StartsWith('['))
        {
            var end = rest.IndexOf(']');
            if (end < 0 || Index(rest[1..end]) is var index && index < 0)
                return false;
            parts.Add(new JsonPathPart(null, index));
            rest = rest[(end + 1)..];
        }

        return true;
    }

    private static int IndexOfEnd(ReadOnlySpan<char> rest) => rest.IndexOfAny(".[]") is var end and >= 0 ? end : rest.Length;

    private static int Index(ReadOnlySpan<char> text) =>
        (text.Length == 1 || !text.StartsWith('0')) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;
}
