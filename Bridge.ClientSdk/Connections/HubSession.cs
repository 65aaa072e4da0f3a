using Bridge.ClientSdk.Subscriptions;
using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.ClientSdk.Connections;

/// <summary>One connection to the hub, from when it was made until it is lost.</summary>
/// <remarks>
/// SignalR could start the same object again, but may still call handlers with what the lost connection had received; ids of
/// subscriptions are the connection's own, so a late batch would reach the wrong enumeration. Nor does SignalR's automatic
/// reconnect return after a close that the server asked for.
/// </remarks>
internal sealed class HubSession : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly TaskCompletionSource<Exception?> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HubSession(HubConnection hub, Action<BrokerStateChange> brokerStateChanged)
    {
        _hub = hub;
        hub.On<MessageBatch>(ClientMethods.Messages, Routes.Deliver);
        hub.On(ClientMethods.BrokerState, brokerStateChanged);
        hub.Closed += error =>
        {
            _lost.TrySetResult(error);
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes when the connection is lost, with the reason if there is one.</summary>
    public Task<Exception?> Lost => _lost.Task;

    public BatchRoutes Routes { get; } = new();

    /// <summary>Makes a connection.</summary>
    /// <exception cref="BridgeException">It could not be made.</exception>
    public static async Task<HubSession> OpenAsync(
        Uri url, BridgeClientOptions options, Action<BrokerStateChange> brokerStateChanged, CancellationToken cancellationToken)
    {
        HubConnection? hub = null;
        try
        {
            hub = Build(url, options);
            var session = new HubSession(hub, brokerStateChanged);
            await hub.StartAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch (Exception error)
        {
            if (hub is not null)
                await hub.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw HubErrors.FromConnecting(url, error);
        }
    }

    private static HubConnection Build(Uri url, BridgeClientOptions options)
    {
        var builder = new HubConnectionBuilder().AddMessagePackProtocol().WithUrl(url, http =>
        {
            http.AccessTokenProvider = options.TokenProvider;
            options.ConfigureConnection?.Invoke(http);
        });
        if (options.LoggerFactory is not null)
            builder.Services.AddSingleton(options.LoggerFactory);
        return builder.Build();
    }

    /// <summary>Invokes a hub method and gives its answer.</summary>
    /// <exception cref="BridgeException">The bridge answered with an error, or the connection was lost.</exception>
    public async Task<T> InvokeAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await _hub.InvokeCoreAsync<T>(method, arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            throw HubErrors.FromInvocation(error);
        }
    }

    /// <summary>Subscribes, and routes the batches from the first on.</summary>
    /// <exception cref="BridgeException">The bridge answered with an error, or the connection was lost.</exception>
    public async Task SubscribeAsync(LiveSubscription subscription)
    {
        string? id = null;
        var wanted = false;
        Routes.BeginSubscribe();
        try
        {
            // Not cancelled with the enumeration: the bridge subscribes even so, and ending that needs the id.
            var result = await InvokeAsync<SubscribeResult>(HubMethods.Subscribe, [subscription.Request], CancellationToken.None)
                .ConfigureAwait(false);
            subscription.Begin(result);
            id = result.Subscription;
        }
        finally
        {
            wanted = Routes.EndSubscribe(this, id, subscription);
        }

        if (!wanted)
            await UnsubscribeAsync(id).ConfigureAwait(false);
    }

    /// <summary>Ends a subscription without waiting for the answer. Does not fail: with the connection it ends anyhow.</summary>
    public async Task UnsubscribeAsync(string id)
    {
        Routes.Remove(id);
        try
        {
            await _hub.SendAsync(HubMethods.Unsubscribe, new UnsubscribeRequest { Subscription = id }).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Sending fails in many ways, all of which mean that the connection is gone.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
