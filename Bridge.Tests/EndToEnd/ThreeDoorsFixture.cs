using Bridge.Contracts;
using Bridge.Tests.EndToEnd.Doors;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>
/// One bridge with two brokers, a plain one and one with TLS and client certificates, and every door open on both. Made when a test
/// first asks for it: without the tools no test does.
/// </summary>
public sealed class ThreeDoorsFixture : IAsyncLifetime
{
    internal const string Plain = "plain";
    internal const string Secure = "secure";

    /// <summary>What all doors are subscribed to.</summary>
    internal const string Filter = "doors/#";

    private readonly Dictionary<string, IDoor> _doors = [];
    private readonly Lazy<Task> _opening;
    private MosquittoBroker? _plain;
    private MosquittoBroker? _secure;
    private BridgeHost? _host;

    public ThreeDoorsFixture() => _opening = new(OpenAsync);

    internal BridgeHost Host => _host!;

    internal CurlDoor Curl => (CurlDoor)_doors["curl"];

    internal async Task<IReadOnlyDictionary<string, IDoor>> OpenDoorsAsync()
    {
        await _opening.Value;
        return _doors;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var door in _doors.Values)
            await door.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        if (_plain is not null)
            await _plain.DisposeAsync();
        if (_secure is not null)
            await _secure.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        _plain = await MosquittoBroker.StartNewAsync();
        _secure = await MosquittoBroker.StartNewAsync(new() { Tls = true });
        _host = await BridgeHost.StartAsync([.. BrokerSettings.Of(Plain, _plain), .. BrokerSettings.Of(Secure, _secure)]);
        await _host.WaitForStateAsync(Plain, BrokerState.Connected);
        await _host.WaitForStateAsync(Secure, BrokerState.Connected);
        _doors["node json"] = await NodeDoor.OpenAsync(_host.HubUrl, "json", Filter, Plain, Secure);
        _doors["node messagepack"] = await NodeDoor.OpenAsync(_host.HubUrl, "messagepack", Filter, Plain, Secure);
        _doors["sdk"] = await SdkDoor.OpenAsync(_host.HubUrl, Filter, Plain, Secure);
        _doors["curl"] = new CurlDoor(_host.Url);
        _doors["mosquitto"] = await MosquittoDoor.OpenAsync(Filter, (Plain, _plain), (Secure, _secure));
    }
}
