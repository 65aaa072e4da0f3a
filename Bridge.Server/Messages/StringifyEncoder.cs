using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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
    private static readonly byte[][] Escapes = [.. Enumerable.Range(0, '\\' + 1).Select(code => Encoding.ASCII.GetBytes(Escape(code)))];

    public static StringifyEncoder Instance { get; } = new();

    /// <summary>For what is written by hand with it.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = Instance, SkipValidation = true };

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength) =>
        new ReadOnlySpan<char>(text, textLength).IndexOfAny(EscapedChars);

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => utf8Text.IndexOfAny(EscapedBytes);

    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escape = Escape(unicodeScalar);
        numberOfCharactersWritten = escape.TryCopyTo(new Span<char>(buffer, bufferLength)) ? escape.Length : 0;
        return numberOfCharactersWritten > 0;
    }

    /// <summary>
    /// Copies what stands between two escapes as it is: the text must be well-formed. (The base class goes from character to character.
    /// Measured here for 2,000 characters: with one escape 0.05 µs against 3.6, with one in four 2.5 against 4.7.)
    /// </summary>
    public override OperationStatus EncodeUtf8(
        ReadOnlySpan<byte> utf8Source, Span<byte> utf8Destination, out int bytesConsumed, out int bytesWritten, bool isFinalBlock = true)
    {
        (bytesConsumed, bytesWritten) = (0, 0);
        while (true)
        {
            var rest = utf8Source[bytesConsumed..];
            var run = rest.IndexOfAny(EscapedBytes) is >= 0 and var found ? found : rest.Length;
            if (!rest[..run].TryCopyTo(utf8Destination[bytesWritten..]))
                return OperationStatus.DestinationTooSmall;

            (bytesConsumed, bytesWritten) = (bytesConsumed + run, bytesWritten + run);
            if (run == rest.Length)
                return OperationStatus.Done;

            var escape = Escapes[rest[run]];
            if (!escape.AsSpan().TryCopyTo(utf8Destination[bytesWritten..]))
                return OperationStatus.DestinationTooSmall;

            (bytesConsumed, bytesWritten) = (bytesConsumed + 1, bytesWritten + escape.Length);
        }
    }

    private static string Escape(int code) => code switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{code:x4}"),
    };
}
