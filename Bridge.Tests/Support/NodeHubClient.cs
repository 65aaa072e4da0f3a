using System.Text.Json;

namespace Bridge.Tests.Support;

/// <summary>The public JavaScript client of SignalR, in Node.js: one connection to a hub.</summary>
internal sealed class NodeHubClient : IAsyncDisposable
{
    private readonly NodeClient _script = NodeClient.Start("hub-client.mjs");

    private NodeHubClient()
    {
    }

    /// <summary>
    /// The calls of the server: <c>Messages</c> and <c>BrokerState</c>; and <c>closed</c> with an error's text or null.
    /// </summary>
    public Collected<NodeEvent> Events => _script.Events;

    /// <summary>The batches of all calls of <c>Messages</c> so far.</summary>
    public IReadOnlyList<JsonElement> Batches =>
        [.. Events.Items.Where(happened => happened.Event == "Messages").Select(happened => happened.Args[0])];

    /// <summary>Starts the client and connects it.</summary>
    /// <param name="url">Of the hub.</param>
    /// <param name="protocol"><c>json</c> or <c>messagepack</c>.</param>
    /// <param name="transport">
    /// <c>WebSockets</c>, <c>ServerSentEvents</c> or <c>LongPolling</c>; null negotiates as the client does by itself.
    /// </param>
    /// <param name="accessToken">What its <c>accessTokenFactory</c> gives.</param>
    /// <param name="headers">Further request headers.</param>
    /// <param name="reconnects">Whether it connects again by itself; then there is an event <c>reconnected</c>.</param>
    public static async Task<NodeHubClient> ConnectAsync(
        string url,
        string protocol = "json",
        string? transport = null,
        string? accessToken = null,
        IReadOnlyDictionary<string, string>? headers = null,
        bool reconnects = false)
    {
        var client = new NodeHubClient();
        try
        {
            await client._script.CallAsync("connect", new { url, protocol, transport, accessToken, headers, reconnects });
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Invokes a hub method. Byte arrays in the arguments become <c>Uint8Array</c>, and such in the result byte arrays.
    /// Throws <see cref="NodeException"/> with the client's own text when the server answers with an error.
    /// </summary>
    public async Task<T> InvokeAsync<T>(string method, params object?[] args) =>
        (await InvokeAsync(method, args)).Deserialize<T>(NodeClient.JsonOptions)!;

    /// <inheritdoc cref="InvokeAsync{T}"/>
    public Task<JsonElement> InvokeAsync(string method, params object?[] args) =>
        _script.CallAsync("invoke", new { method, args });

    /// <summary>The first call of the server, past or to come, that satisfies the predicate.</summary>
    public Task<NodeEvent> WaitForEventAsync(Func<NodeEvent, bool> predicate, TimeSpan? timeout = null) =>
        Events.WaitForAsync(predicate, timeout);

    /// <summary>Closes the connection; the client's process goes on until it is disposed of.</summary>
    public Task StopAsync() => _script.CallAsync("stop", new { });

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
