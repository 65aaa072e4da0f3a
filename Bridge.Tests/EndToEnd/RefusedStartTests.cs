using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>What cannot work is told at the start: one line each, all of them at once, and exit code 1.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private readonly TcpListener _taken = Listen();
    private readonly TcpListener _alsoTaken = Listen();

    [Fact]
    public async Task Start_PortTaken_SaysWhichAndHowToChooseAnother()
    {
        var lines = await RunRefusedAsync(new() { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{PortOf(_taken)}" });

        lines.Should().ContainSingle().Which.Should().Match($"*:{PortOf(_taken)} *in use*PORT*");
    }

    [Fact]
    public async Task Start_PortOfVariableTaken_SaysWhich()
    {
        var lines = await RunRefusedAsync(new() { ["ASPNETCORE_URLS"] = null, ["PORT"] = PortOf(_taken), ["Bridge:Tls:AllowPlainHttp"] = "true" });

        lines.Should().ContainSingle().Which.Should().Match($"*:{PortOf(_taken)} *in use*");
    }

    [Fact]
    public async Task Start_PortOfVariableNoPort_SaysSoBesideAllElse()
    {
        var lines = await RunRefusedAsync(new()
        {
            ["ASPNETCORE_URLS"] = null,
            ["PORT"] = "http",
            ["Bridge:Brokers:plant:Url"] = "plant",
        });

        lines.Should().HaveCount(2).And.ContainMatch("PORT: *'http'*").And.ContainMatch("Bridge:Brokers:plant:Url: *'plant'*");
    }

    [Theory]
    [InlineData("Production", "ASPNETCORE_URLS", "http://*:0", "urls: http://*:0 ")]
    [InlineData("Development", "ASPNETCORE_URLS", "http://0.0.0.0:0", "urls: http://0.0.0.0:0 ")]
    [InlineData("Production", "ASPNETCORE_URLS", "http://[::]:0;http://localhost:0", "urls: http://[::]:0 ")]
    [InlineData("Production", "ASPNETCORE_URLS", "HTTP://bridge.example:0", "urls: HTTP://bridge.example:0 ")]
    [InlineData("Production", "ASPNETCORE_HTTP_PORTS", "0", "http_ports: http://*:0 ")]
    [InlineData("Production", "PORT", "0", "urls: http://*:0 ")]
    [InlineData("Production", "Kestrel:Endpoints:web:Url", "http://10.1.2.3:0", "Kestrel:Endpoints:web:Url: http://10.1.2.3:0 ")]
    public async Task Start_PlainHttpThatOthersReach_SaysWhatToWriteInstead(string environment, string setting, string value, string expected)
    {
        var lines = await RunRefusedAsync(new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = environment,
            ["Bridge:EmbeddedBroker:Enabled"] = "false",
            ["ASPNETCORE_URLS"] = null,
            [setting] = value,
        });

        lines.Should().ContainSingle().Which.Should().StartWith(expected)
            .And.Contain("Bridge:Tls:CertFile").And.Contain(" https://").And.Contain("Bridge:Tls:AllowPlainHttp=true");
    }

    [Fact]
    public async Task Start_EmbeddedPortTaken_SaysWhich()
    {
        var lines = await RunRefusedAsync(new()
        {
            ["Bridge:EmbeddedBroker:Enabled"] = "true",
            ["Bridge:EmbeddedBroker:Port"] = PortOf(_taken),
        });

        lines.Should().ContainSingle().Which.Should().Match($"Bridge:EmbeddedBroker:Port: port {PortOf(_taken)} is in use*");
    }

    [Fact]
    public async Task Start_NoAccessRules_SaysWhatToWrite()
    {
        var lines = await RunRefusedAsync(new() { ["Bridge:Access:Anonymous"] = "" });

        lines.Should().ContainSingle().Which.Should().Match("Bridge:Access: *only with rules*-- key me --role admin*\"Administrator\": true*");
    }

    [Fact]
    public async Task Start_EverythingWrong_SaysAllAtOnce()
    {
        var lines = await RunRefusedAsync(new()
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{PortOf(_taken)}",
            ["Bridge:EmbeddedBroker:Enabled"] = "true",
            ["Bridge:EmbeddedBroker:Port"] = PortOf(_alsoTaken),
            ["Bridge:Brokers:plant:Url"] = "mqtts://plant.example",
            ["Bridge:Brokers:plant:Tls:CaFile"] = "no/such/ca.pem",
            ["Bridge:Brokers:other:Url"] = "http://other.example",
            ["Bridge:Brokers:third:Url"] = "mqtt://third.example",
            ["Bridge:Brokers:third:KeepAlive"] = "30",
        });

        var (taken, alsoTaken) = (PortOf(_taken), PortOf(_alsoTaken));
        lines.Should().HaveCount(5);
        lines.Should().ContainMatch($"*:{taken} is in use*")
            .And.ContainMatch($"Bridge:EmbeddedBroker:Port: port {alsoTaken} is in use*")
            .And.ContainMatch("Bridge:Brokers:plant:Tls:CaFile: *no/such/ca.pem*")
            .And.ContainMatch("Bridge:Brokers:other:Url: *'http'*")
            .And.ContainMatch("Bridge:Brokers:third:KeepAlive: *no such setting*");
    }

    public void Dispose()
    {
        _taken.Dispose();
        _alsoTaken.Dispose();
    }

    private static async Task<IReadOnlyList<string>> RunRefusedAsync(Dictionary<string, string?> settings)
    {
        await using var process = BridgeProcess.Launch(settings);
        (await process.WaitForExitAsync(TimeSpan.FromSeconds(30))).Should().Be(1);
        return process.Errors.Items;
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static string PortOf(TcpListener listener) =>
        ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
}
