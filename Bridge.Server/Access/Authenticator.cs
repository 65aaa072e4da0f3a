using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Finds out whose credentials they are.</summary>
internal sealed class Authenticator(AccessControl access, TicketStore tickets)
{
    /// <summary>Whose an API key, a ticket or a token is.</summary>
    /// <param name="secret">The API key, ticket or token.</param>
    /// <param name="takesTickets">Whether it may be a ticket.</param>
    /// <exception cref="BridgeException">It is not accepted, or cannot be checked now.</exception>
    public ValueTask<Identity> FindAsync(string secret, bool takesTickets)
    {
        var current = access.Current;
        if (secret.StartsWith(TicketStore.Prefix, StringComparison.Ordinal))
            return new(Accept(takesTickets ? tickets.Redeem(secret) : null, "The ticket was used or has run out, or is not for this: it lets in to /hub and /events."));
        if (current.Keys.Find(secret) is { } holder)
            return new(holder);
        return current.Jwt is { } jwt
            ? jwt.VerifyAsync(secret, current.Rules)
            : new(Accept(null, "The credentials are no API key that is known here."));
    }

    /// <summary>Who shows a trusted client certificate; null where it is nobody here.</summary>
    public Identity? Find(X509Certificate2 certificate) => access.Current.Certificates.Find(certificate);

    private static Identity Accept(Identity? identity, string otherwise) => identity ?? throw Caller.Unauthenticated(otherwise);
}
