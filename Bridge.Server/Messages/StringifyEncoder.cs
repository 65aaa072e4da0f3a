using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;

namespace Bridge.Server.Messages;

/// <summary>
/// Escapes in JSON strings what JSON asks for and nothing else, as JavaScript's <c>JSON.stringify</c> does (RFC 8259 §7). The
/// framework's own encoders, the relaxed one too, also escape what is beyond U+FFFF and more; a device that gets a published object
/// may not undo that. For text that goes out as data, never into a page.
/// </summary>
internal sealed class StringifyEncoder : JavaScriptEncoder
{
    private static readonly char[] Escaped = [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\'];
    private static readonly SearchValues<char> EscapedChars = SearchValues.Create(Escaped);
    private static readonly SearchValues<byte> EscapedBytes = SearchValues.Create([.. Escaped.Select(character => (byte)character)]);

    public static StringifyEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) =>
        new ReadOnlySpan<char>(text, textLength).IndexOfAny(EscapedChars);

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(EscapedBytes);

    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escape = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => string.Create(CultureInfo.InvariantCulture, $"\\u{unicodeScalar:x4}"),
        };
        numberOfCharactersWritten = escape.TryCopyTo(new Span<char>(buffer, bufferLength)) ? escape.Length : 0;
        return numberOfCharactersWritten > 0;
    }
}
