using System.Text;

namespace Bridge.Server.Topics;

/// <summary>The rules that topic names and topic filters have in common (MQTT 5 §1.5.4, §4.7.3).</summary>
internal static class TopicText
{
    /// <summary>Says in one sentence what is wrong with <paramref name="text"/>, or null when nothing is.</summary>
    /// <param name="text">The topic name or topic filter.</param>
    /// <param name="kind">What the sentence calls it.</param>
    public static string? Check(string text, string kind)
    {
        if (string.IsNullOrEmpty(text)) return $"A {kind} must have at least one character.";
        if (IsTooLong(text)) return $"A {kind} must not be longer than {TopicName.MaxBytes} bytes in UTF-8.";

        var nul = text.IndexOf('\0');
        if (nul >= 0) return $"A {kind} must not contain U+0000, and has it at character {nul + 1}.";

        var lone = IndexOfLoneSurrogate(text);
        if (lone >= 0) return $"A {kind} must be well-formed Unicode, and has half a surrogate pair at character {lone + 1}.";

        return null;
    }

    // A UTF-16 unit becomes one to three bytes of UTF-8, so nearly every text is decided by its length alone.
    private static bool IsTooLong(string text) =>
        text.Length > TopicName.MaxBytes
        || (text.Length > TopicName.MaxBytes / 3 && Encoding.UTF8.GetByteCount(text) > TopicName.MaxBytes);

    private static int IndexOfLoneSurrogate(string text)
    {
        for (var i = FirstSurrogate(text, 0); i < text.Length; i = FirstSurrogate(text, i + 2))
        {
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return i;
        }

        return -1;
    }

    private static int FirstSurrogate(string text, int start)
    {
        var index = text.AsSpan(start).IndexOfAnyInRange('\uD800', '\uDFFF');
        return index < 0 ? text.Length : start + index;
    }
}
