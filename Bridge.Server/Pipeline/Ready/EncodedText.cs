using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Bytes that are written as text.</summary>
internal static class EncodedText
{
    /// <summary>Decodes it; white space around it does not count.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> text, PayloadEncoding encoding)
    {
        text = text[Ascii.Trim(text)];
        var bytes = new byte[text.Length];
        var (status, written) = encoding switch
        {
            PayloadEncoding.Base64 => (Base64.DecodeFromUtf8(text, bytes, out _, out var count), count),
            PayloadEncoding.Base64Url => (Base64Url.DecodeFromUtf8(text, bytes, out _, out var count), count),
            _ => (Convert.FromHexString(text, bytes, out _, out var count), count),
        };
        return status == OperationStatus.Done ? bytes[..written] : throw new FormatException();
    }
}
