using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Server.Access;

/// <summary>
/// The addresses that count as one: an IPv4 address, also one within IPv6 (RFC 4291 §2.5.5.2), or the /64 of an IPv6 address, all of which
/// one host may use (RFC 4291 §2.5.4).
/// </summary>
internal readonly record struct AddressBlock
{
    private readonly bool _isIPv4;
    private readonly ulong _bits;

    private AddressBlock(bool isIPv4, ulong bits) => (_isIPv4, _bits) = (isIPv4, bits);

    /// <summary>That of an address; what has none shares one.</summary>
    public static AddressBlock Of(IPAddress? address)
    {
        if (address is null)
            return default;

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return new AddressBlock(isIPv4: true, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return address.IsIPv4MappedToIPv6
            ? new AddressBlock(isIPv4: true, BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : new AddressBlock(isIPv4: false, BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}
