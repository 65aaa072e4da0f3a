namespace Bridge.Server.Pipeline.Ready;

/// <summary>The payload is decoded or decompressed. What is malformed is refused.</summary>
public sealed class DecodeOptions
{
    /// <summary>What the payload is. White space around text does not count. Must be set.</summary>
    public PayloadEncoding? Encoding { get; set; }

    /// <summary>How many bytes may come out of decompression, 1 to 268,435,455; more is refused. Default 1,048,576.</summary>
    public int MaxBytes { get; set; } = 1_048_576;
}

/// <summary>How the bytes of a payload are encoded.</summary>
public enum PayloadEncoding
{
    /// <summary>RFC 4648 §4, with padding.</summary>
    Base64,

    /// <summary>RFC 4648 §5, with or without padding.</summary>
    Base64Url,

    /// <summary>RFC 4648 §8, in either case.</summary>
    Hex,

    /// <summary>RFC 1952, one member.</summary>
    Gzip,

    /// <summary>RFC 1950.</summary>
    Zlib,

    /// <summary>RFC 1951, without a header.</summary>
    Deflate,

    /// <summary>RFC 7932.</summary>
    Brotli,
}
