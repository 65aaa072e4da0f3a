using System.Net;
using System.Net.Sockets;
using Bridge.Server.Configuration;
using MQTTnet.Server;
using MQTTnet.Server.Internal.Adapter;

namespace Bridge.Server.Brokers;

/// <summary>Runs the embedded broker while the bridge runs.</summary>
internal sealed class EmbeddedBroker : IHostedService, IDisposable
{
    private readonly MqttServer? _server;
    private readonly DemoTopics? _demo;

    public EmbeddedBroker(BridgeOptions options, TimeProvider time)
    {
        if (!options.EmbeddedBroker.Enabled)
            return;

        var serverOptions = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(options.EmbeddedBroker.ListenPort)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(serverOptions, [new AnonymousClients(new MqttTcpServerAdapter())]);
        _demo = options.EmbeddedBroker.Demo ? new DemoTopics(_server, time) : null;
    }

    /// <summary>Gives the embedded broker a port, where it may take any, and adds it to the brokers.</summary>
    public static void AddTo(BridgeOptions options)
    {
        if (!options.EmbeddedBroker.Enabled)
            return;
        options.EmbeddedBroker.ListenPort = options.EmbeddedBroker.Port == 0 ? FindFreePort() : options.EmbeddedBroker.Port;
        options.Brokers[EmbeddedBrokerOptions.BrokerKey] = new BrokerOptions { Url = $"mqtt://127.0.0.1:{options.EmbeddedBroker.ListenPort}" };
    }

    /// <summary>Has changed settings say of the embedded broker what was said at the start: it runs, or not, until the bridge stops.</summary>
    public static void Keep(BridgeOptions started, BridgeOptions changed)
    {
        if (changed.EmbeddedBroker.Enabled)
            changed.Brokers.Remove(EmbeddedBrokerOptions.BrokerKey);
        if (started.EmbeddedBroker.Enabled)
            changed.Brokers[EmbeddedBrokerOptions.BrokerKey] = started.Brokers[EmbeddedBrokerOptions.BrokerKey];
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
            return;

        await _server.StartAsync();
        _demo?.Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_demo is not null)
            await _demo.DisposeAsync();
        if (_server is { IsStarted: true })
            await _server.StopAsync();
    }

    public void Dispose() => _server?.Dispose();

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
