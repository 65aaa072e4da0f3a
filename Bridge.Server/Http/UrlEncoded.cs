using System.Buffers;
using System.Text;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Server.Http;

/// <summary>
/// Queries and forms (<c>application/x-www-form-urlencoded</c>) as request members. The framework's reader would leave bytes that are
/// no UTF-8 as <c>%ff</c> or make them U+FFFD: a message that nobody sent. Here they are told.
/// </summary>
internal static class UrlEncoded
{
    private const int MostOnStack = 512;

    /// <exception cref="BridgeException">A member is there twice, or is no UTF-8.</exception>
    public static RequestFields Parse(QueryString query)
    {
        var text = query.HasValue ? query.Value.AsSpan(1) : default;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = most <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[most];
        return Parse(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    /// <inheritdoc cref="Parse(QueryString)"/>
    public static RequestFields Parse(ReadOnlySpan<byte> text)
    {
        var fields = new RequestFields();
        foreach (var range in text.Split((byte)'&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
                continue;

            var equals = pair.IndexOf((byte)'=');
            var name = equals < 0 ? pair : pair[..equals];
            fields.Add(Decode(name), FieldValue.FromForm(Decode(equals < 0 ? [] : pair[(equals + 1)..])));
        }

        return fields;
    }

    /// <summary><c>+</c> is a space, and <c>%</c> without two hexadecimal digits itself, as the URL standard has it.</summary>
    private static string Decode(ReadOnlySpan<byte> text)
    {
        var decoded = text.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && Convert.FromHexString(text.Slice(i + 1, 2), decoded[length..], out _, out _) == OperationStatus.Done)
                i += 2;
            else
                decoded[length] = text[i] == '+' ? (byte)' ' : text[i];
            length++;
        }

        try
        {
            return StrictUtf8.Instance.GetString(decoded[..length]);
        }
        catch (DecoderFallbackException)
        {
            throw BridgeException.RequestInvalid("Queries and forms hold percent-encoded UTF-8; other bytes can be sent as messageBase64 or as a raw body.");
        }
    }
}
