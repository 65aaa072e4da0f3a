using System.Collections.Concurrent;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.ClientSdk.Support;

/// <summary>A SignalR server on a real socket that stands in for the bridge.</summary>
internal sealed class ScriptedBridge : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, HubCallerContext> _connections = new();

    private ScriptedBridge()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddSignalR(hub => hub.MaximumReceiveMessageSize = null).AddMessagePackProtocol();
        builder.Services.AddTransient(_ => new ScriptedHub(this));
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            Requests.Add($"{context.Request.QueryString} {context.Request.Headers.Authorization}");
            context.Response.StatusCode = Refuse ?? StatusCodes.Status200OK;
            return Refuse is null ? next(context) : Task.CompletedTask;
        });
        _app.MapHub<ScriptedHub>("/hub");
    }

    public string Url => _app.Urls.Single() + "/hub";

    /// <summary>The status that new requests are answered with; null lets them in.</summary>
    public int? Refuse { get; set; }

    public Func<SubscribeCall, Task<SubscribeResult>> OnSubscribe { get; set; } = call => Task.FromResult(call.Result);

    public Func<GetLastRequest, Task<GetLastResult>> OnGetLast { get; set; } = _ => throw new HubException("no script");

    public Func<PublishRequest, Task<PublishReceipt>> OnPublish { get; set; } = request => Task.FromResult(new PublishReceipt
    {
        BrokerKey = request.BrokerKey,
        Topic = request.Topic,
        QualityOfService = request.QualityOfService,
    });

    public Func<ReplyRequest, Task<BridgeMessage>> OnRequest { get; set; } = _ => throw new HubException("no script");

    public BrokerInfo[] Brokers { get; } = [new() { BrokerKey = "plant", State = BrokerState.Connected, Topics = 3 }];

    /// <summary>Query and authorization of each request.</summary>
    public Arrivals<string> Requests { get; } = new();

    public Arrivals<SubscribeCall> Subscribes { get; } = new();

    public Arrivals<string> Unsubscribes { get; } = new();

    public static async Task<ScriptedBridge> StartAsync()
    {
        var bridge = new ScriptedBridge();
        await bridge._app.StartAsync();
        return bridge;
    }

    /// <summary>Connects a client that reconnects without noticeable waits.</summary>
    public async Task<BridgeClient> ConnectAsync(Action<BridgeClientOptions>? configure = null)
    {
        var client = await BridgeClient.ConnectAsync(Url, options =>
        {
            options.ReconnectBaseDelay = TimeSpan.FromMilliseconds(1);
            options.ReconnectMaxDelay = TimeSpan.FromMilliseconds(20);
            configure?.Invoke(options);
        }).InTime();
        // A client is connected before the hub knows of it; what it answers, it answers then.
        await client.GetBrokersAsync().InTime();
        return client;
    }

    /// <summary>Closes all connections: in good order with a close message, or by cutting them off.</summary>
    public void Drop(bool cutOff = false)
    {
        foreach (var connection in _connections.Values)
        {
            if (cutOff)
                connection.GetHttpContext()!.Abort();
            else
                connection.Abort();
        }
    }

    public void Connected(HubCallerContext connection) => _connections[connection.ConnectionId] = connection;

    public void Disconnected(HubCallerContext connection) => _connections.TryRemove(connection.ConnectionId, out _);

    public async ValueTask DisposeAsync()
    {
        Drop();
        await _app.DisposeAsync();
    }
}
