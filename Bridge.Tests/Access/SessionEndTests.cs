using System.Net;
using Bridge.Contracts;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR.Client;

namespace Bridge.Tests.Access;

/// <summary>What is open ends when the credentials that opened it count no more, and nothing else does.</summary>
public sealed class SessionEndTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly (string Key, string? Value)[] Viewer =
    [
        ("Bridge:Access:Roles:viewer:Allow:0:Actions:0", "read"),
        ("Bridge:Access:Roles:viewer:Allow:0:Broker", "embedded"),
        ("Bridge:Access:Roles:viewer:Allow:0:Topics:0", "a/#"),
    ];

    private readonly TestTokens _tokens = new();
    private readonly TestKey _key = new("excel", "viewer");

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public async Task Open_TokenRunsOut_Ends()
    {
        await using var bridge = await LockedBridge.StartAsync([.. Viewer, .. _tokens.Settings]);
        var until = TimeProvider.System.GetUtcNow().AddSeconds(10);
        var open = await OpenAllAsync(bridge, _tokens.Create("bob", "viewer", token => token.Expires = until.UtcDateTime));

        await open.ShouldEndAsync(TimeSpan.FromSeconds(10));

        TimeProvider.System.GetUtcNow().Should().BeOnOrAfter(until.AddSeconds(-1), "exp is in whole seconds");
    }

    [Fact]
    public async Task Open_KeyTakenAway_EndsWithinSecondsAndOthersGoOn()
    {
        await using var bridge = await LockedBridge.StartAsync([.. Viewer, .. _key.Settings(1)]);
        var open = await OpenAllAsync(bridge, _key.Text);
        await using var boss = await HubOf(bridge, LockedBridge.Boss.Text);

        await bridge.ChangeSettingsAsync(LockedBridge.With(Viewer));

        await open.ShouldEndAsync();
        (await boss.InvokeAsync<BrokerInfo[]>("GetBrokers")).Should().ContainSingle();
        using var again = LockedBridge.ClientOf(bridge, _key.Text);
        using var refused = await again.GetAsync(new Uri("/brokers", UriKind.Relative));
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Open_RightsTakenAway_Ends()
    {
        await using var bridge = await LockedBridge.StartAsync([.. Viewer, .. _key.Settings(1)]);
        var open = await OpenAllAsync(bridge, _key.Text);

        await bridge.ChangeSettingsAsync(LockedBridge.With(
        [
            .. Viewer, .. _key.Settings(1),
            ("Bridge:Access:Roles:viewer:Deny:0:Actions:0", "read"),
            ("Bridge:Access:Roles:viewer:Deny:0:Broker", "*"),
            ("Bridge:Access:Roles:viewer:Deny:0:Topics:0", "a/secret"),
        ]));

        await open.ShouldEndAsync();
        await using var hub = await HubOf(bridge, _key.Text);
        await FluentActions.Awaiting(() => hub.InvokeAsync("Subscribe", new { brokerKey = "embedded", topic = "a/#" })).Should().ThrowAsync<Exception>().WithMessage("*forbidden*");
    }

    [Fact]
    public async Task Open_KeyOfSomebodyElseAdded_GoesOn()
    {
        await using var bridge = await LockedBridge.StartAsync([.. Viewer, .. _key.Settings(1)]);
        await using var open = await OpenAllAsync(bridge, _key.Text);
        var other = new TestKey("word", "viewer");

        await bridge.ChangeSettingsAsync(LockedBridge.With([.. Viewer, .. _key.Settings(1), .. other.Settings(2)]));

        await using var added = await HubOf(bridge, other.Text);
        (await open.Hub.InvokeAsync<BrokerInfo[]>("GetBrokers")).Should().ContainSingle();
        open.Ended.Should().BeFalse();
    }

    [Theory]
    [InlineData("Bridge:Access:ApiKeys:1:Hash", "sha256:12", "*ApiKeys:1:Hash*")]
    [InlineData("Bridge:Access:Roles:viewer:Allow:0:Broker", "nowhere", "*there is no broker 'nowhere'*")]
    [InlineData("Bridge:Brokers:plant:Url", "plant", "*Bridge:Brokers:plant:Url*")]
    public async Task Change_ThatCannotBeUsed_IsToldAndNothingChanges(string key, string value, string error)
    {
        await using var bridge = await LockedBridge.StartAsync([.. Viewer, .. _key.Settings(1)]);
        bridge.AllowErrors(BridgeHost.IsRefusedChange);
        await using var open = await OpenAllAsync(bridge, _key.Text);

        await bridge.ChangeSettingsAsync([.. LockedBridge.With([.. Viewer, .. _key.Settings(1)]), (key, value)]);

        bridge.Logs.Entries.Items.Select(entry => entry.Message).Should().ContainMatch(error);
        (await open.Hub.InvokeAsync<BrokerInfo[]>("GetBrokers")).Should().ContainSingle();
        open.Ended.Should().BeFalse();
    }

    [Fact]
    public async Task Change_ThatTakesAllRulesAway_OpensNothing()
    {
        await using var bridge = await LockedBridge.StartAsync(Viewer);
        bridge.AllowErrors(BridgeHost.IsRefusedChange);

        await bridge.ChangeSettingsAsync(("Bridge:EmbeddedBroker:Enabled", "true"), ("Bridge:EmbeddedBroker:Port", "0"));

        using var nobody = LockedBridge.ClientOf(bridge, credentials: null);
        using var refused = await nobody.GetAsync(new Uri("/brokers", UriKind.Relative));
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static async Task<HubConnection> HubOf(BridgeHost bridge, string credentials)
    {
        var hub = new HubConnectionBuilder().WithUrl(bridge.HubUrl, options => options.AccessTokenProvider = () => Task.FromResult<string?>(credentials)).Build();
        await hub.StartAsync().WaitAsync(Eventually.DefaultTimeout);
        return hub;
    }

    /// <summary>A hub connection, a stream and a long poll.</summary>
    private static async Task<OpenDoors> OpenAllAsync(BridgeHost bridge, string credentials)
    {
        var hub = await HubOf(bridge, credentials);
        await hub.InvokeAsync("Subscribe", new { brokerKey = "embedded", topic = "a/#" });
        var client = LockedBridge.ClientOf(bridge, credentials);
        var stream = await EventStreamClient.OpenAsync(client, "/events?brokerKey=embedded&topic=a/%23&format=stream");
        await stream.ReadUntilAsync("snapshot-complete");
        var poll = client.GetAsync(new Uri("/events?brokerKey=embedded&topic=a/none&wait=30", UriKind.Relative));
        await Eventually.HoldsAsync(() => bridge.Watchers("embedded") == 1);
        return new OpenDoors(client, hub, stream, poll);
    }

    private sealed class OpenDoors : IAsyncDisposable
    {
        private readonly HttpClient _client;
        private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly EventStreamClient _stream;
        private readonly Task<HttpResponseMessage> _poll;

        public OpenDoors(HttpClient client, HubConnection hub, EventStreamClient stream, Task<HttpResponseMessage> poll)
        {
            (_client, Hub, _stream, _poll) = (client, hub, stream, poll);
            hub.Closed += error => Task.FromResult(_closed.TrySetResult(error));
        }

        public HubConnection Hub { get; }

        public bool Ended => _closed.Task.IsCompleted || _poll.IsCompleted;

        public async Task ShouldEndAsync(TimeSpan after = default)
        {
            await _closed.Task.WaitAsync(after + Soon + Soon);
            (await _stream.ReadAsync(Soon)).Should().BeNull("the stream has ended");
            using var answer = await _poll.WaitAsync(Soon);
            answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            await DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Hub.DisposeAsync();
            await _stream.DisposeAsync();
            _client.Dispose();
        }
    }
}
