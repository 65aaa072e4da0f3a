using System.Globalization;
using Bridge.Tests.Support;
using Bridge.Tests.Tls;

namespace Bridge.Tests.EndToEnd;

/// <summary>What the bridge listens on, and of what it warns at the start.</summary>
public sealed class SafeAddressTests : IDisposable
{
    private const string PlainHttp = "without encryption, as Bridge:Tls:AllowPlainHttp allows";
    private const string Unused = "Bridge:Tls has a certificate, and no address uses it";

    private readonly TestAuthority _authority = new("authority");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Start_PlainHttpAllowed_WarnsOnce()
    {
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = "http://0.0.0.0:0;http://127.0.0.1:0",
            ["Bridge:Tls:AllowPlainHttp"] = "true",
        });

        (await WarningsAsync(bridge)).Should().ContainSingle().Which.Should().Contain($"http://0.0.0.0:0: other machines reach this {PlainHttp}");
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.2:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://unix:SOCKET")]
    public async Task Start_OnThisMachine_NeitherRefusesNorWarns(string url)
    {
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = url.Replace("SOCKET", _folder.File("socket"), StringComparison.Ordinal),
        });

        (await WarningsAsync(bridge)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Production", "https://*:")]
    [InlineData("Development", "https://localhost:")]
    public async Task Start_PortAndCertificate_ListensWithHttps(string environment, string address)
    {
        var port = LoopbackPort.Find().ToString(CultureInfo.InvariantCulture);
        await using var bridge = await BridgeProcess.StartAsync(Certificate(
            ("ASPNETCORE_ENVIRONMENT", environment), ("Bridge:EmbeddedBroker:Enabled", "false"), ("ASPNETCORE_URLS", null), ("PORT", port)));

        (await TlsClient.LookAsync($"https://localhost:{port}", _authority.Certificate)).Should().Be("CN=bridge");
        bridge.Url.Replace("[::]", "*", StringComparison.Ordinal).Should().Be($"{address}{port}");
        (await WarningsAsync(bridge)).Should().BeEmpty();
    }

    [Fact]
    public async Task Start_PortAndPlainHttpAllowed_ListensWithHttp()
    {
        var port = LoopbackPort.Find().ToString(CultureInfo.InvariantCulture);
        await using var bridge = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["ASPNETCORE_URLS"] = null,
            ["PORT"] = port,
            ["Bridge:Tls:AllowPlainHttp"] = "true",
        });

        (await WarningsAsync(bridge)).Should().ContainSingle().Which.Should().Contain($"http://*:{port}: ").And.Contain(PlainHttp);
    }

    [Fact]
    public async Task Start_CertificateAndNoHttps_Warns()
    {
        await using var bridge = await BridgeProcess.StartAsync(Certificate(("ASPNETCORE_URLS", "http://127.0.0.1:0")));

        (await WarningsAsync(bridge)).Should().ContainSingle().Which.Should().Contain($"{Unused}: http://127.0.0.1:0");
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private Dictionary<string, string?> Certificate(params (string Key, string? Value)[] more) =>
        TlsHost.Write(_folder, _authority.Issue("bridge")).Select(setting => ($"Bridge:Tls:{setting.Key}", setting.Value)).Concat(more)
            .ToDictionary(setting => setting.Item1, setting => setting.Value);

    /// <summary>What it warned of until its end.</summary>
    private static async Task<IEnumerable<string>> WarningsAsync(BridgeProcess bridge)
    {
        (await bridge.StopAsync()).Should().Be(0);
        return bridge.Output.Items.Where(line => line.Contains(PlainHttp, StringComparison.Ordinal) || line.Contains(Unused, StringComparison.Ordinal));
    }
}
