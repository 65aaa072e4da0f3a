using System.Globalization;
using System.Text;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>What scripts say, as it may stand in a log line or an error: one line, and not longer than anybody reads.</summary>
internal static class ScriptText
{
    private const int Most = 1_024;

    public static string Of(string text)
    {
        if (text.Length <= Most && !text.Any(IsOdd))
            return text;

        var shown = new StringBuilder(Math.Min(text.Length, Most) + 16);
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, Most)))
        {
            if (IsOdd(character))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else
                shown.Append(character);
        }

        return text.Length > Most ? shown.Append('…').ToString() : shown.ToString();
    }

    // Line and paragraph separators end lines too, in some places; format characters show a line in another order than it has.
    private static bool IsOdd(char character) =>
        char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;
}
