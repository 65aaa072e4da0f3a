namespace Bridge.Contracts.Wire;

/// <summary>What decides whether a payload travels as text or as bytes.</summary>
internal static class Utf8Text
{
#if NETSTANDARD2_0
    private static readonly System.Text.UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether the bytes are well-formed UTF-8 (RFC 3629).</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Strict.GetCharCount(bytes.ToArray());
            return true;
        }
        catch (System.Text.DecoderFallbackException)
        {
            return false;
        }
    }
#else
    /// <summary>Whether the bytes are well-formed UTF-8 (RFC 3629).</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);
#endif
}
