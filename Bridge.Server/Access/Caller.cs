using System.Net;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>Who asks for something, and from where.</summary>
/// <param name="Identity">Who.</param>
/// <param name="Address">From where.</param>
/// <param name="TraceParent">The trace that it is part of, as the caller says (W3C Trace Context §3.2).</param>
internal sealed record Caller(Identity Identity, IPAddress? Address, string? TraceParent = null)
{
    public string? User => Identity.User;

    public Permissions Permissions => Identity.Permissions;

    /// <summary>As whom the limits know the caller.</summary>
    public CallerId Id => CallerId.Of(User, Address);

    /// <summary>Who sent a request.</summary>
    /// <exception cref="BridgeException">Nobody was let in with it.</exception>
    public static Caller Of(HttpContext context) => context.User is Identity identity
        ? new Caller(identity, context.Connection.RemoteIpAddress, context.Request.Headers.TraceParent)
        : throw Unauthenticated("Credentials are needed: an API key or a token as 'Authorization: Bearer', or 'X-Api-Key'.");

    public static BridgeException Unauthenticated(string detail) => new(ErrorCodes.Unauthenticated, detail);

    /// <summary>How the log and refusals call the caller.</summary>
    public override string ToString() => User is null ? "Nobody in particular" : $"'{User}'";
}
