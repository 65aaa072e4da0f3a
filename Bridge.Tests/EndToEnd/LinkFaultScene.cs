using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Brokers;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A bridge process that is linked to one broker, and a client that stays subscribed whatever happens.</summary>
internal sealed class LinkFaultScene : IAsyncDisposable
{
    /// <summary>The usual keep-alive of these tests.</summary>
    public const int KeepAliveSeconds = 2;

    /// <summary>What a busy machine may add.</summary>
    private const double Margin = 12;

    /// <summary>The longest pause between two attempts, and time to connect.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(75);

    private readonly TemporaryFolder _folder = new();
    private int _keepAliveSeconds = KeepAliveSeconds;
    private int _statesSeen;

    private LinkFaultScene()
    {
    }

    public BridgeProcess Bridge { get; private set; } = null!;

    public HubClient Client { get; private set; } = null!;

    /// <summary>Starts the bridge; the link is up, and the client subscribed, when this returns.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="settings">Settings below the broker's key.</param>
    public static async Task<LinkFaultScene> StartAsync(MosquittoBroker broker, params (string Name, string? Value)[] settings)
    {
        var scene = new LinkFaultScene();
        try
        {
            await scene.BeginAsync(broker, settings);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public async Task<BrokerInfo> GetBrokerAsync() =>
        (await Bridge.Client.GetFromJsonAsync<BrokerInfo>(new Uri($"/brokers/{LinkHost.Key}", UriKind.Relative)))!;

    /// <summary>Within one and a half keep-alives both the hub and <c>/brokers</c> tell that the link is down.</summary>
    /// <param name="began">When the fault began.</param>
    /// <returns>Why it is down.</returns>
    public async Task<string> ShouldBeDownAsync(long began)
    {
        var told = await WaitForStateAsync(BrokerState.Disconnected, TimeSpan.FromSeconds((1.5 * _keepAliveSeconds) + Margin));
        TimeProvider.System.GetElapsedTime(began).TotalSeconds.Should().BeLessThan((1.5 * _keepAliveSeconds) + Margin);
        var info = await GetBrokerAsync();
        info.LastError.Should().NotBeNullOrEmpty();
        // Where the broker is there again, the link may be too.
        info.Since.Should().BeOnOrAfter(told.Since);
        return told.LastError!;
    }

    /// <summary>Publishes to the disk, and says what became of it.</summary>
    public async Task<string> PublishDurableAsync(string topic, string message)
    {
        var body = new { brokerKey = LinkHost.Key, topic, message, qos = 1, durable = true };
        using var response = await Bridge.Client.PostAsJsonAsync(new Uri("/publish", UriKind.Relative), body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString()!;
    }

    /// <summary>The link comes back by itself: both tell so, and messages go both ways, to the client that has stayed, too.</summary>
    public async Task ShouldRecoverAsync(MosquittoBroker broker)
    {
        await WaitForStateAsync(BrokerState.Connected, Recovery);
        (await GetBrokerAsync()).State.Should().Be(BrokerState.Connected);
        var topic = $"recovered/{_statesSeen}";
        await broker.PublishAsync($"{topic}/in", "1");
        await Client.WaitForMessageAsync($"{topic}/in");
        await Client.PublishAsync(LinkHost.Key, $"{topic}/out", "2");
        await Client.WaitForMessageAsync($"{topic}/out");
    }

    /// <summary>What was published to the disk has reached the broker, which sends it back to all who are subscribed.</summary>
    public async Task ShouldHaveArrivedAsync(string topic, string message)
    {
        await Client.WaitForMessageAsync(topic, arrived => Encoding.UTF8.GetString(arrived.Payload.Span) == message);
        await Eventually.HoldsAsync(async () => (await GetBrokerAsync()).Queued == 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
            await Client.DisposeAsync();
        if (Bridge is not null)
            await Bridge.DisposeAsync();
        _folder.Dispose();
    }

    private async Task BeginAsync(MosquittoBroker broker, (string Name, string? Value)[] settings)
    {
        foreach (var (_, value) in settings.Where(setting => setting.Name == "KeepAliveSeconds"))
            _keepAliveSeconds = int.Parse(value!, System.Globalization.CultureInfo.InvariantCulture);
        (string, string?)[] usual = [("KeepAliveSeconds", $"{_keepAliveSeconds}"), ("ConnectTimeoutSeconds", "5"), ("PublishTimeoutSeconds", "2")];
        Bridge = await BridgeProcess.StartAsync(
            [.. BrokerSettings.Of(LinkHost.Key, broker, [.. usual, .. settings]), new("Bridge:Persistence:Path", _folder.File("bridge.db"))]);
        await Eventually.HoldsAsync(async () => (await GetBrokerAsync()).State == BrokerState.Connected);
        Client = await HubClient.ConnectAsync(Bridge.HubUrl);
        await Client.SubscribeAsync(LinkHost.Key, "#");
        await Client.PublishAsync(LinkHost.Key, "before", "1");
        await Client.WaitForMessageAsync("before");
    }

    /// <summary>The next change to that state. Each is told once, and in order.</summary>
    private async Task<BrokerStateChange> WaitForStateAsync(BrokerState state, TimeSpan patience)
    {
        await Eventually.HoldsAsync(
            () => Client.States.Items.Skip(_statesSeen).Any(change => change.State == state), patience,
            () => $"{state} was expected. Told was: {string.Join("; ", Client.States.Items)}");
        var states = Client.States.Items;
        var index = states.Select((change, i) => (change, i)).First(item => item.i >= _statesSeen && item.change.State == state).i;
        _statesSeen = index + 1;
        return states[index];
    }
}
