using Bridge.Server.Configuration;
using Bridge.Server.Limits;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>How many connections, streams and waiting requests a caller may have open, and all callers of an address together.</summary>
internal sealed class ConnectionLimits(BridgeOptions options, AuditLog audit)
{
    /// <summary>Nobody knows when one ends. Clients connect again by themselves about so often.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly LimitOptions _limits = options.Limits;
    private readonly CountLimit<string>? _byUser = options.Limits.ConnectionsPerUser > 0 ? new(options.Limits.ConnectionsPerUser) : null;
    private readonly CountLimit<AddressBlock>? _byAddress = options.Limits.ConnectionsPerAddress > 0 ? new(options.Limits.ConnectionsPerAddress) : null;

    /// <summary>How many users have something open, and how many addresses.</summary>
    public (int Users, int Addresses) Holders => (_byUser?.Count ?? 0, _byAddress?.Count ?? 0);

    /// <summary>Counts one more, until the lease is disposed of.</summary>
    /// <exception cref="BridgeException">There are as many as there may be.</exception>
    public ConnectionLease Open(Caller caller) => TryOpen(caller, out var lease) is { } refusal ? throw refusal : lease!;

    /// <returns>Why not; null where there is a lease.</returns>
    /// <inheritdoc cref="Open"/>
    public BridgeException? TryOpen(Caller caller, out ConnectionLease? lease)
    {
        lease = null;
        var address = AddressBlock.Of(caller.Address);
        if (_byAddress?.TryTake(address) == false)
            return RefuseAddress(caller);
        if (caller.User is { } user && _byUser?.TryTake(user) == false)
        {
            _byAddress?.Return(address);
            return RefuseUser(caller);
        }

        lease = new ConnectionLease(() => Return(caller.User, address));
        return null;
    }

    /// <summary>Refuses early what could not be opened.</summary>
    /// <exception cref="BridgeException">There are as many as there may be.</exception>
    public void ThrowIfFull(Caller caller)
    {
        if (_byAddress?.IsFull(AddressBlock.Of(caller.Address)) == true)
            throw RefuseAddress(caller);
        if (caller.User is { } user && _byUser?.IsFull(user) == true)
            throw RefuseUser(caller);
    }

    private void Return(string? user, AddressBlock address)
    {
        _byAddress?.Return(address);
        if (user is not null)
            _byUser?.Return(user);
    }

    private BridgeException RefuseUser(Caller caller) =>
        Refuse(caller, $"{caller} has too many connections", nameof(_limits.ConnectionsPerUser), _limits.ConnectionsPerUser);

    private BridgeException RefuseAddress(Caller caller) =>
        Refuse(caller, "Too many connections come from this address", nameof(_limits.ConnectionsPerAddress), _limits.ConnectionsPerAddress);

    private BridgeException Refuse(Caller caller, string what, string limit, int value)
    {
        var refusal = BridgeException.RateLimited(what, limit, value, RetryAfter);
        audit.Refused(caller.User, caller.Address, refusal);
        return refusal;
    }
}
