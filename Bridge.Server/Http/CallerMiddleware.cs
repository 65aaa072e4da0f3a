using System.Net;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;

namespace Bridge.Server.Http;

/// <summary>Lets callers in with the credentials that they show, and nobody else. Behind it <see cref="Caller.Of"/> says who it is.</summary>
internal sealed class CallerMiddleware(
    RequestDelegate next, Authenticator authenticator, AccessControl access, AuditLog audit)
{
    // The second is what ASP.NET makes of the first where it believes it.
    private static readonly string[] HeadersOfProxies =
        ["X-Forwarded-For", "X-Original-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"];

    public Task InvokeAsync(HttpContext context)
    {
        string? secret;
        try
        {
            secret = Credentials.Find(context);
        }
        catch (BridgeException refusal)
        {
            audit.Refused(user: null, context.Connection.RemoteIpAddress, refusal);
            throw;
        }

        return secret is null ? LetInWithoutSecretAsync(context) : LetInAsync(context, secret);
    }

    private Task LetInWithoutSecretAsync(HttpContext context)
    {
        try
        {
            if (FindWithoutSecret(context) is { } identity)
                context.User = identity;
            else if (!OpenToAll.Is(context))
                Caller.Of(context);
        }
        catch (BridgeException refusal)
        {
            audit.Refused(user: null, context.Connection.RemoteIpAddress, refusal);
            throw;
        }

        return next(context);
    }

    private async Task LetInAsync(HttpContext context, string secret)
    {
        try
        {
            context.User = await authenticator.FindAsync(secret, UrlCredential.IsPlaceOfTickets(context.Request));
        }
        catch (BridgeException refusal)
        {
            audit.Refused(user: null, context.Connection.RemoteIpAddress, refusal);
            throw;
        }

        await next(context);
    }

    private Identity? FindWithoutSecret(HttpContext context)
    {
        if (context.Request.IsHttps && context.Connection.ClientCertificate is { } certificate && authenticator.Find(certificate) is { } holder)
            return holder;

        var current = access.Current;
        if (!current.IsOpen || IsOfThisMachine(context))
            return current.Anonymous;
        return OpenToAll.Is(context)
            ? null
            : throw new BridgeException(ErrorCodes.Forbidden, "As long as Bridge:Access sets no rules, the bridge is for this machine only, without a proxy.");
    }

    /// <summary>
    /// A proxy on this machine would bring strangers; and a page whose own name was made to lead here (DNS rebinding) has that name still.
    /// </summary>
    private static bool IsOfThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !Array.Exists(HeadersOfProxies, context.Request.Headers.ContainsKey)
        && IsNameOfThisMachine(context.Request.Host.Host);

    private static bool IsNameOfThisMachine(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
