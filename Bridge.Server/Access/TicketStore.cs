using System.Buffers.Text;
using System.Security.Cryptography;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Gives out tickets: each lets whoever shows it in once, within 30 s, as whom it was given to.</summary>
internal sealed class TicketStore(AccessControl access, TimeProvider time)
{
    /// <summary>By this a ticket is told from other credentials.</summary>
    public const string Prefix = "tkt_";

    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>As many may be open at a time: some 20 MB.</summary>
    private const int MostTickets = 100_000;

    private const int TicketBytes = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<ApiKeyHash, Identity> _open = [];
    private readonly Queue<(ApiKeyHash Ticket, long At)> _byAge = new();

    /// <exception cref="BridgeException">Too many are open.</exception>
    public string Issue(Identity identity)
    {
        var ticket = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TicketBytes));
        lock (_gate)
        {
            ForgetOld();
            if (_byAge.Count >= MostTickets)
                throw new BridgeException(ErrorCodes.Overloaded, $"{MostTickets} tickets are open.") { RetryAfter = Lifetime };

            var hash = ApiKeyHash.Of(ticket);
            _open.Add(hash, identity);
            _byAge.Enqueue((hash, time.GetTimestamp()));
        }

        return ticket;
    }

    /// <summary>Whom a ticket was given to; null where there is none such, or not any more.</summary>
    public Identity? Redeem(string ticket)
    {
        Identity? identity;
        lock (_gate)
        {
            ForgetOld();
            _open.Remove(ApiKeyHash.Of(ticket), out identity);
        }

        return identity is not null && identity.IsValidWith(access.Current) && !(identity.Expires <= time.GetUtcNow()) ? identity : null;
    }

    private void ForgetOld()
    {
        while (_byAge.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Lifetime)
            _open.Remove(_byAge.Dequeue().Ticket);
    }
}
