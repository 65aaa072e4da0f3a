using System.Net.Http.Headers;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access.Doors;

/// <summary>A bridge with two brokers, and somebody of each kind who wants to be let in.</summary>
public sealed class DoorsHost : IAsyncLifetime, IDisposable
{
    private const string Roles = "Bridge:Access:Roles";

    private readonly TestKey _reader = new("reader", "reader");
    private readonly TestKey _stranger = new("stranger", "stranger");
    private readonly TestKey _boss = new("boss", "boss");
    private readonly TestTokens _tokens = new();
    private readonly TemporaryFolder _folder = new();
    private MosquittoBroker _broker = null!;
    private Responder _responder = null!;

    internal BridgeHost Bridge { get; private set; } = null!;

    /// <summary>The kinds of callers, as the columns of the matrix have them.</summary>
    public static IReadOnlyList<string> Callers { get; } = ["none", "wrong", "expired", "reader", "stranger", "full", "boss"];

    public async Task InitializeAsync()
    {
        _broker = await MosquittoBroker.StartNewAsync();
        _responder = await Responder.StartAsync(_broker.Port, "device/+/ask");
        Bridge = await BridgeHost.StartAsync(
        [
            ("Bridge:Brokers:plant:Url", _broker.Url),
            ("Bridge:Brokers:cloud:Url", _broker.Url),
            ("Bridge:Persistence:Path", _folder.File("bridge.db")),
            ("Bridge:Persistence:HistoryPerTopic", "10"),
            .. _reader.Settings(0), .. _stranger.Settings(1), .. _boss.Settings(2), .. _tokens.Settings,
            .. Rule("reader", "Allow", 0, "plant", ["device/#"], "read"),
            .. Rule("reader", "Deny", 0, "plant", ["device/secret/#"], "read"),
            .. Rule("stranger", "Allow", 0, "cloud", ["#"], "read", "publish", "retain", "request"),
            .. Rule("full", "Allow", 0, "plant", ["#"], "read", "publish", "retain", "request"),
            ($"{Roles}:boss:Administrator", "true"),
        ]);
        Bridge.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _boss.Text);
        await Bridge.WaitForStateAsync("plant", BrokerState.Connected);
        await Bridge.WaitForStateAsync("cloud", BrokerState.Connected);
        await _broker.PublishAsync("device/1/temp", "21.5", retain: true);
        foreach (var broker in new[] { "plant", "cloud" })
            (await Bridge.Client.GetAsync(new Uri($"/events?brokerKey={broker}&topic=device/1/temp&wait=20", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();
    }

    public async Task DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await _responder.DisposeAsync();
        await _broker.DisposeAsync();
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _folder.Dispose();
    }

    /// <summary>What a caller of this kind shows; null: nothing.</summary>
    internal string? CredentialsOf(string caller) => caller switch
    {
        "none" => null,
        "wrong" => "brk_" + new string('x', 43),
        "expired" => _tokens.Create("somebody", "full", token => token.Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-1)),
        "reader" => _reader.Text,
        "stranger" => _stranger.Text,
        "full" => _tokens.Create("somebody", "full"),
        "boss" => _boss.Text,
        _ => throw new ArgumentOutOfRangeException(nameof(caller)),
    };

    private static IEnumerable<(string Key, string? Value)> Rule(string role, string kind, int index, string broker, string[] topics, params string[] actions) =>
    [
        ($"{Roles}:{role}:{kind}:{index}:Broker", broker),
        .. topics.Index().Select(topic => ($"{Roles}:{role}:{kind}:{index}:Topics:{topic.Index}", (string?)topic.Item)),
        .. actions.Index().Select(action => ($"{Roles}:{role}:{kind}:{index}:Actions:{action.Index}", (string?)action.Item)),
    ];
}
