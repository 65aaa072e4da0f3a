using System.Globalization;

namespace Bridge.Server.Access;

/// <summary>Text of strangers in a log line: it stays one line, and says nothing that looks like another.</summary>
internal static class LogText
{
    private const int Most = 1_024;

    /// <summary>With control characters as <c>\u000A</c>, and cut where it is longer than any use of it.</summary>
    public static string Of(string text)
    {
        if (text.Length <= Most && !text.Any(IsOdd))
            return text;

        var shown = string.Concat(text.Take(Most).Select(character =>
            IsOdd(character) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : character.ToString()));
        return text.Length > Most ? $"{shown}…" : shown;
    }

    // The others are line ends too, in some places; bidirectional marks show a line in another order than it has.
    private static bool IsOdd(char character) =>
        char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;
}
