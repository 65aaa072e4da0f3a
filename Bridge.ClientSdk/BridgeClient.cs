using Bridge.ClientSdk.Connections;
using Bridge.Contracts;

namespace Bridge.ClientSdk;

/// <summary>
/// A connection to a bridge. It is made again by itself whenever it is lost, for ever, and running enumerations go on over it.
/// </summary>
/// <remarks>
/// <para>All members may be used from any thread and at the same time; one client serves a whole program.</para>
/// <para>
/// Requests throw <see cref="BridgeException"/> when the bridge answers with an error, and at once, with the code
/// <see cref="BridgeException.Disconnected"/>, while there is no connection; <see cref="OperationCanceledException"/> on
/// cancellation; and <see cref="ObjectDisposedException"/> after the client was disposed. A request whose connection is lost
/// before the answer came, or which is cancelled, may or may not have been done.
/// </para>
/// </remarks>
public sealed partial class BridgeClient : IAsyncDisposable
{
    private readonly ConnectionKeeper _connection;
    private readonly BridgeClientOptions _options;

    private BridgeClient(Uri url, BridgeClientOptions options)
    {
        _options = options;
        _connection = new ConnectionKeeper(url, options);
        _connection.StateChanged += change => ConnectionStateChanged?.Invoke(this, change);
        _connection.BrokerStateChanged += change => BrokerStateChanged?.Invoke(this, change);
    }

    /// <summary>
    /// The connection was lost, was made again, or the client was disposed. Raised in order, from a thread of the client's own,
    /// which goes on when the handler returns: return soon, and do not wait for the client's disposal.
    /// </summary>
    public event EventHandler<ConnectionStateChange>? ConnectionStateChanged;

    /// <summary>
    /// The state of a broker's link changed. The bridge tells of the brokers that this client is subscribed on. Raised between
    /// batches of messages: return soon.
    /// </summary>
    public event EventHandler<BrokerStateChange>? BrokerStateChanged;

    /// <summary>The state of the connection to the bridge at this moment.</summary>
    public BridgeConnectionState ConnectionState => _connection.State;

    /// <summary>Connects to a bridge.</summary>
    /// <param name="url">The hub's address, such as <c>https://bridge.example/hub</c>.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the attempt; it has no meaning for the client afterwards.</param>
    /// <returns>The client, connected. Dispose it to close the connection.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute one of http or https, or an option is out of range.</exception>
    /// <exception cref="BridgeException">
    /// There is no connection. The code is <c>unauthenticated</c> or <c>forbidden</c> where the bridge said so (HTTP 401, 403),
    /// otherwise <see cref="BridgeException.Disconnected"/>; the inner exception has the cause. The first connection is tried
    /// once only, since a wrong address or key does not get better.
    /// </exception>
    public static Task<BridgeClient> ConnectAsync(
        string url, Action<BridgeClientOptions>? configure = null, CancellationToken cancellationToken = default) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
            ? ConnectAsync(address, configure, cancellationToken)
            : throw new ArgumentException("Not an absolute address.", nameof(url));

    /// <inheritdoc cref="ConnectAsync(string, Action{BridgeClientOptions}?, CancellationToken)"/>
    public static async Task<BridgeClient> ConnectAsync(
        Uri url, Action<BridgeClientOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        if (url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            throw new ArgumentException("Not an absolute address of http or https.", nameof(url));

        var options = new BridgeClientOptions();
        configure?.Invoke(options);
        options.Validate();
        var client = new BridgeClient(url, options);
        try
        {
            await client._connection.StartAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The messages of a topic filter, as they come. Nothing happens before the enumeration starts.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="topic">An MQTT topic filter (MQTT 5 §4.7.1), such as <c>plant/+/temp</c> or <c>plant/#</c>.</param>
    /// <param name="snapshot">Whether the last known values come first. Default true.</param>
    /// <param name="cancellationToken">Ends the enumerations with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The messages, to be read with <c>await foreach</c>; <see cref="BridgeSubscription"/> says what becomes of them when the
    /// connection is lost.
    /// </returns>
    public BridgeSubscription SubscribeAsync(
        string brokerKey, string topic, bool snapshot = true, CancellationToken cancellationToken = default)
    {
        var request = new SubscribeRequest
        {
            BrokerKey = NotNull(brokerKey, nameof(brokerKey)),
            Topic = NotNull(topic, nameof(topic)),
            Snapshot = snapshot,
        };
        return SubscribeAsync(request, cancellationToken);
    }

    /// <summary>The same with all that a subscription can be: only the latest values, and these only so often.</summary>
    /// <param name="request">What to subscribe to, and how it is delivered.</param>
    /// <param name="cancellationToken">Ends the enumerations with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages, to be read with <c>await foreach</c>.</returns>
    public BridgeSubscription SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default) =>
        new(_connection.Subscriptions, NotNull(request, nameof(request)), _options.BufferCapacity, cancellationToken);

    /// <summary>
    /// Closes the connection. All enumerations end after what has arrived for them, requests that are under way fail with
    /// <see cref="BridgeException.Disconnected"/>. More than one call does no harm.
    /// </summary>
    /// <returns>Completes when the connection is closed.</returns>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static T NotNull<T>(T? value, string name)
        where T : class => value ?? throw new ArgumentNullException(name);
}
