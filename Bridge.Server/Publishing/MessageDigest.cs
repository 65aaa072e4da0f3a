using System.Security.Cryptography;
using Bridge.Contracts;
using MessagePack;

namespace Bridge.Server.Publishing;

/// <summary>Tells whether what is published again is the same. It covers each member, also those that come to be.</summary>
internal static class MessageDigest
{
    public static byte[] Of(PublishRequest request) => SHA256.HashData(Serialize(request));

    public static byte[] Of(IEnumerable<PublishRequest> requests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // An array with one message is not that message: its answer has another form.
        hash.AppendData("["u8);
        foreach (var request in requests)
            hash.AppendData(Serialize(request));
        return hash.GetHashAndReset();
    }

    private static byte[] Serialize(PublishRequest request) => MessagePackSerializer.Serialize(request with { IdempotencyKey = null });
}
