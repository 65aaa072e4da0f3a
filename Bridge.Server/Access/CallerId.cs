using System.Net;

namespace Bridge.Server.Access;

/// <summary>By what callers are told from each other where they are limited: their names, or without one their addresses.</summary>
/// <param name="User">The name; null where there is none.</param>
/// <param name="Address">The address of who has no name.</param>
internal readonly record struct CallerId(string? User, AddressBlock Address)
{
    public static CallerId Of(string? user, IPAddress? address) => user is null ? new(null, AddressBlock.Of(address)) : new(user, default);
}
