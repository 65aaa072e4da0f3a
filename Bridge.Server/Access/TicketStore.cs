using System.Buffers.Text;
using System.Security.Cryptography;
using Bridge.Contracts;
using Bridge.Server.Limits;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Gives out tickets: each lets whoever shows it in once, within 30 s, as whom it was given to.</summary>
internal sealed class TicketStore(AccessControl access, TimeProvider time, AuditLog audit)
{
    /// <summary>By this a ticket is told from other credentials.</summary>
    public const string Prefix = "tkt_";

    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>As many may be open at a time: some 30 MB.</summary>
    private const int MostTickets = 100_000;

    /// <summary>As many of one caller's.</summary>
    private const int MostTicketsOfOne = 1000;

    private const int TicketBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<ApiKeyHash, LinkedListNode<OpenTicket>> _open = [];
    private readonly LinkedList<OpenTicket> _byAge = new();
    private readonly CountLimit<CallerId> _byCaller = new(MostTicketsOfOne);

    /// <exception cref="BridgeException">Too many are open.</exception>
    public string Issue(Caller caller)
    {
        var ticket = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TicketBytes));
        lock (_gate)
        {
            ForgetOld();
            if (_open.Count >= MostTickets)
                throw new BridgeException(ErrorCodes.Overloaded, $"{MostTickets} tickets are open.") { RetryAfter = Lifetime };
            if (_byCaller.TryTake(caller.Id))
            {
                var hash = ApiKeyHash.Of(ticket);
                _open.Add(hash, _byAge.AddLast(new OpenTicket(hash, caller, time.GetTimestamp())));
                return ticket;
            }
        }

        throw RefuseMore(caller);
    }

    /// <summary>Whom a ticket was given to; null where there is none such, or not any more.</summary>
    public Identity? Redeem(string ticket)
    {
        Identity? identity = null;
        lock (_gate)
        {
            ForgetOld();
            if (_open.TryGetValue(ApiKeyHash.Of(ticket), out var open))
            {
                identity = open.Value.Caller.Identity;
                Forget(open);
            }
        }

        return identity is not null && identity.IsValidWith(access.Current) && !(identity.Expires <= time.GetUtcNow()) ? identity : null;
    }

    private void ForgetOld()
    {
        while (_byAge.First is { } oldest && time.GetElapsedTime(oldest.Value.At) >= Lifetime)
            Forget(oldest);
    }

    private void Forget(LinkedListNode<OpenTicket> ticket)
    {
        _byAge.Remove(ticket);
        _open.Remove(ticket.Value.Hash);
        _byCaller.Return(ticket.Value.Caller.Id);
    }

    private BridgeException RefuseMore(Caller caller)
    {
        var detail = $"{caller} has {MostTicketsOfOne} tickets open: each is for one use, and lasts {Lifetime.TotalSeconds} s.";
        var refusal = new BridgeException(ErrorCodes.RateLimited, detail) { Limit = "Tickets", RetryAfter = Lifetime };
        audit.Refused(caller.User, caller.Address, refusal);
        return refusal;
    }

    private sealed record OpenTicket(ApiKeyHash Hash, Caller Caller, long At);
}
