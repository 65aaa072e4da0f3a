using System.Net;
using System.Text.RegularExpressions;
using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.ClientSdk.Connections;

/// <summary>Makes a <see cref="BridgeException"/> of what SignalR throws.</summary>
internal static class HubErrors
{
    // The hub throws "code: detail"; ASP.NET Core puts "An unexpected error occurred invoking 'X' on the server. HubException: "
    // before it (ErrorMessageHelper.BuildErrorMessage). Other exceptions' texts, which a server shows with EnableDetailedErrors,
    // are not of that form even where they contain a colon.
    private static readonly Regex CodeAndDetail = new(
        @"^(?:[^:]* on the server\. \w*HubException: )?(?<code>[a-z][a-z0-9]*(?:_[a-z0-9]+)*): (?<detail>.*)$",
        RegexOptions.Singleline | RegexOptions.CultureInvariant);

    /// <summary>What an invocation failed with.</summary>
    public static BridgeException FromInvocation(Exception error)
    {
        // A close message with an error fails what was under way with a HubException too.
        if (error is not HubException || error.Message.StartsWith("The server closed the connection", StringComparison.Ordinal))
            return Disconnected(error);

        var match = CodeAndDetail.Match(error.Message);
        return match.Success
            ? new BridgeException(match.Groups["code"].Value, match.Groups["detail"].Value, error)
            : new BridgeException(ErrorCodes.Internal, error.Message, error);
    }

    /// <summary>There is no connection.</summary>
    public static BridgeException Disconnected(Exception? cause = null) => new(
        BridgeException.Disconnected,
        cause is null ? "There is no connection to the bridge." : "The connection to the bridge was lost.",
        cause);

    /// <summary>A connection could not be made.</summary>
    public static BridgeException FromConnecting(Uri url, Exception error)
    {
        // Without user name, password and query, which may hold secrets.
        var place = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return StatusOf(error) switch
        {
            HttpStatusCode.Unauthorized => new(ErrorCodes.Unauthenticated, $"The bridge at {place} does not accept the credentials.", error),
            HttpStatusCode.Forbidden => new("forbidden", $"The bridge at {place} does not allow this client to connect.", error),
            _ => new(BridgeException.Disconnected, $"Cannot connect to the bridge at {place}: {error.Message}", error),
        };
    }

    private static HttpStatusCode? StatusOf(Exception error) =>
#if NETSTANDARD2_0
        // There the exception has its status in the text only, as "... 401 (Unauthorized)."
        error is not System.Net.Http.HttpRequestException ? null
        : error.Message.Contains(" 401 (") ? HttpStatusCode.Unauthorized
        : error.Message.Contains(" 403 (") ? HttpStatusCode.Forbidden
        : null;
#else
        (error as HttpRequestException)?.StatusCode;
#endif
}
