using System.Net;
using System.Security.Cryptography.X509Certificates;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Finds out whose credentials they are.</summary>
internal sealed class Authenticator(AccessControl access, TicketStore tickets, CredentialRefusals refusals)
{
    /// <summary>Whose an API key, a ticket or a token is.</summary>
    /// <param name="secret">The API key, ticket or token.</param>
    /// <param name="takesTickets">Whether it may be a ticket.</param>
    /// <param name="address">Who shows it.</param>
    /// <exception cref="BridgeException">It is not accepted, or not looked at, because too many from there were not.</exception>
    public ValueTask<Identity> FindAsync(string secret, bool takesTickets, IPAddress? address)
    {
        var current = access.Current;
        if (secret.StartsWith(TicketStore.Prefix, StringComparison.Ordinal))
            return new(Accept(takesTickets ? tickets.Redeem(secret) : null, "The ticket was used or has run out, or is not for this: it lets in to /hub and /events."));
        if (current.Keys.Find(secret) is { } holder)
            return new(holder);
        if (current.Jwt is not { } jwt)
            return new(Accept(null, "The credentials are no API key that is known here."));

        return refusals.FindLimit(address) is { } refusal && !jwt.HasAccepted(secret) ? throw refusal : jwt.VerifyAsync(secret, current.Rules);
    }

    /// <summary>Who shows a trusted client certificate; null where it is nobody here.</summary>
    public Identity? Find(X509Certificate2 certificate) => access.Current.Certificates.Find(certificate);

    private static Identity Accept(Identity? identity, string otherwise) => identity ?? throw Caller.Unauthenticated(otherwise);
}
