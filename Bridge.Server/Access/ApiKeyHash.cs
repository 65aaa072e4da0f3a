using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Server.Access;

/// <summary>The SHA-256 of an API key's UTF-8 bytes. Keys are random, so that nobody finds one by its hash.</summary>
internal readonly record struct ApiKeyHash
{
    public const string Prefix = "sha256:";

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private ApiKeyHash(ReadOnlySpan<byte> hash)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
    }

    public static ApiKeyHash Of(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return new ApiKeyHash(hash);
    }

    /// <summary>Reads a hash as it is configured; null where the text is none.</summary>
    public static ApiKeyHash? TryParse(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var isHash = text.StartsWith(Prefix, StringComparison.Ordinal)
            && text.Length == Prefix.Length + (2 * hash.Length)
            && Convert.FromHexString(text.AsSpan(Prefix.Length), hash, out _, out _) == System.Buffers.OperationStatus.Done;
        return isHash ? new ApiKeyHash(hash) : null;
    }

    public override string ToString() => $"{Prefix}{_high:x32}{_low:x32}";
}
