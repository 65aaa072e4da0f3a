using System.Net;
using System.Net.Security;

namespace Bridge.Server.Hosting;

/// <summary>
/// The command <c>health URL</c>: asks a bridge how it is, such as <c>http://127.0.0.1:8080/health/live</c>. For images that have no other
/// program to ask with.
/// </summary>
internal static class HealthCommand
{
    /// <summary>Shorter than those who check wait for it: they are to hear why.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static bool IsMeantBy(string[] arguments) => arguments is ["health", ..];

    /// <returns>The exit code: 0 for an answer of 200, otherwise 1.</returns>
    /// <param name="arguments">The command line.</param>
    /// <param name="notes">Gets what is wrong.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter notes)
    {
        if (arguments is not [_, var text] || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            await notes.WriteLineAsync("usage: health URL");
            return 1;
        }

        try
        {
            using var client = new HttpClient(Handler(url)) { Timeout = Patience };
            using var answer = await client.GetAsync(url);
            if (answer.StatusCode == HttpStatusCode.OK)
                return 0;

            await notes.WriteLineAsync($"{url} answers {(int)answer.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await notes.WriteLineAsync($"{url}: {exception.Message}");
        }

        return 1;
    }

    private static SocketsHttpHandler Handler(Uri url)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        // The bridge's certificate has the name that others know it by, and nobody stands between it and itself.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => url.IsLoopback || errors == SslPolicyErrors.None;
        return handler;
    }
}
