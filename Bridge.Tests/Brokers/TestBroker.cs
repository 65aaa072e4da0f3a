using System.Net;
using Bridge.Tests.Support;
using MQTTnet.Server;

namespace Bridge.Tests.Brokers;

/// <summary>A broker in this process, for what mosquitto does not do; what anybody relies on is tested with mosquitto.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly MqttServer _server;

    private TestBroker(MqttServer server, int port) => (_server, Port) = (server, port);

    public int Port { get; }

    public string Url => $"mqtt://127.0.0.1:{Port}";

    public static async Task<TestBroker> StartAsync(Action<MqttServer> configure)
    {
        var port = LoopbackPort.Find();
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(port)
            .Build();
        var server = new MqttServerFactory().CreateMqttServer(options);
        configure(server);
        await server.StartAsync();
        return new(server, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        _server.Dispose();
    }
}
