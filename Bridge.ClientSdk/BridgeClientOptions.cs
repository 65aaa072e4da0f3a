using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.Logging;

namespace Bridge.ClientSdk;

/// <summary>How a <see cref="BridgeClient"/> connects and how much it holds. Read once, by <c>ConnectAsync</c>.</summary>
public sealed class BridgeClientOptions
{
    /// <summary>
    /// The API key, sent as <c>Authorization: Bearer</c> with each request that makes a connection, never in the URL. Over
    /// <c>http</c> it can be read on the way: use <c>https</c>. Default null: none. Excludes <see cref="AccessTokenProvider"/>.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the access token (a JWT or an API key), sent as <see cref="ApiKey"/> is. Asked anew for each connection, so that a
    /// token which ran out is replaced. Default null: none.
    /// </summary>
    public Func<Task<string?>>? AccessTokenProvider { get; set; }

    /// <summary>
    /// Changes the HTTP connection: transports, proxy, certificates, headers. Called after the client's own settings were made,
    /// once for each attempt to connect. Default null.
    /// </summary>
    public Action<HttpConnectionOptions>? ConfigureConnection { get; set; }

    /// <summary>Where the client and the SignalR connection log. Not disposed by the client. Default null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// How many messages an enumeration holds for a consumer that is slower than the stream; at least 1, default 10,000. With
    /// more, only the latest message of each topic is kept until the consumer has caught up to half of this, and
    /// <see cref="BridgeSubscription.Skipped"/> counts the others. The last value of a topic is never left out, so that an
    /// enumeration of more topics than this holds as many messages as there are topics.
    /// </summary>
    public int BufferCapacity { get; set; } = 10_000;

    /// <summary>
    /// The longest wait before the first attempt to reconnect; greater than zero, default 0.5 s. It doubles with every attempt
    /// up to <see cref="ReconnectMaxDelay"/>; the wait itself is random between zero and it, so that the clients of a bridge
    /// which restarts do not return all at once.
    /// </summary>
    public TimeSpan ReconnectBaseDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest wait before any attempt to reconnect; at least <see cref="ReconnectBaseDelay"/>, at most one day, default
    /// 30 s. A connection that lasted this long is a good one: when it is lost, the waits start again from the shortest.
    /// </summary>
    public TimeSpan ReconnectMaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of the waits between attempts to reconnect. Default <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What SignalR asks for the token, or null where there is none.</summary>
    internal Func<Task<string?>>? TokenProvider =>
        ApiKey is { } key ? () => Task.FromResult<string?>(key) : AccessTokenProvider;

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        if (ApiKey is not null && AccessTokenProvider is not null)
            throw new ArgumentException($"Set {nameof(ApiKey)} or {nameof(AccessTokenProvider)}, not both.");
        if (BufferCapacity < 1)
            throw new ArgumentException($"{nameof(BufferCapacity)} is {BufferCapacity}: it must be at least 1.");
        if (ReconnectBaseDelay <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(ReconnectBaseDelay)} is {ReconnectBaseDelay}: it must be greater than zero.");
        if (ReconnectMaxDelay < ReconnectBaseDelay || ReconnectMaxDelay > TimeSpan.FromDays(1))
        {
            throw new ArgumentException(
                $"{nameof(ReconnectMaxDelay)} is {ReconnectMaxDelay}: it must be from {nameof(ReconnectBaseDelay)} up to one day.");
        }

        if (TimeProvider is null)
            throw new ArgumentException($"{nameof(TimeProvider)} is null.");
    }
}
