using System.Text;

namespace Bridge.Server.Brokers;

/// <summary>
/// The strings of a packet (MQTT 5 §1.5.4). Control characters and non-characters "should not" be in them; a broker may take a packet
/// that has one for malformed and close the connection. Mosquitto does. Such topics are carried to clients where a broker sends them, but
/// no client may have the bridge send one.
/// </summary>
internal static class MqttText
{
    /// <summary>How many bytes of UTF-8 a string has at most.</summary>
    public const int MaxBytes = 65_535;

    /// <summary>Says what is wrong with the text, as the end of a sentence; null when nothing is.</summary>
    public static string? FindProblem(string text)
    {
        if (text.Length > MaxBytes / 3 && Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return $"must not be longer than {MaxBytes} bytes in UTF-8";

        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || IsNonCharacter(rune.Value))
                return $"must not contain the character U+{rune.Value:X4}: brokers may close the connection over it";
        }

        return null;
    }

    private static bool IsNonCharacter(int value) => (value & 0xFFFE) == 0xFFFE || value is >= 0xFDD0 and <= 0xFDEF;
}
