using System.Net;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Limits;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>
/// How many credentials that are not accepted an address may show: beyond it nothing that takes work is checked for it. What costs a mere
/// look still is, so that nobody is locked out by strangers who share the address: API keys, tickets, and tokens that were accepted before.
/// Only credentials that were shown count: many clients show none until they are asked.
/// </summary>
internal sealed class CredentialRefusals(BridgeOptions options, TimeProvider time)
{
    private readonly int _most = options.Limits.RefusalsPerMinute;
    private readonly RateLimit<AddressBlock>? _limit =
        options.Limits.RefusalsPerMinute is > 0 and var most ? new(most / 60.0, most, time) : null;

    /// <returns>What an address is told that has shown too many; null where it has not.</returns>
    public BridgeException? FindLimit(IPAddress? address) => _limit?.Check(AddressBlock.Of(address)) is { } wait ? Refuse(wait) : null;

    /// <summary>Counts a refusal.</summary>
    /// <returns>What is told instead of it, when there are too many; otherwise the refusal.</returns>
    public BridgeException Count(IPAddress? address, BridgeException refusal) =>
        refusal.Code == ErrorCodes.Unauthenticated && _limit?.TryTake(AddressBlock.Of(address)) is { } wait ? Refuse(wait) : refusal;

    private BridgeException Refuse(TimeSpan wait) =>
        BridgeException.RateLimited("Too many credentials from this address were not accepted", nameof(LimitOptions.RefusalsPerMinute), _most, wait);
}
