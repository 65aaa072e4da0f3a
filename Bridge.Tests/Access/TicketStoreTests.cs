using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Access;

public sealed class TicketStoreTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private BridgeHost _bridge = null!;
    private TicketStore _tickets = null!;
    private Caller _boss = null!;

    public async Task InitializeAsync()
    {
        _bridge = await BridgeHost.StartAsync(
            LockedBridge.With().Select(setting => KeyValuePair.Create(setting.Key, setting.Value)),
            services => services.AddSingleton<TimeProvider>(_time));
        _tickets = _bridge.Services.GetRequiredService<TicketStore>();
        _boss = new Caller(_bridge.Services.GetRequiredService<AccessControl>().Current.Keys.Find(LockedBridge.Boss.Text)!, IPAddress.Loopback);
    }

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    [Fact]
    public void Redeem_Ticket_LetsInOnce()
    {
        var ticket = _tickets.Issue(_boss);

        _tickets.Redeem(ticket).Should().BeSameAs(_boss.Identity);
        _tickets.Redeem(ticket).Should().BeNull();
        _tickets.Redeem(ticket + "x").Should().BeNull();
    }

    [Fact]
    public void Redeem_After30Seconds_LetsNobodyIn()
    {
        var (early, late) = (_tickets.Issue(_boss), _tickets.Issue(_boss));

        _time.Advance(TimeSpan.FromSeconds(29.9));
        _tickets.Redeem(early).Should().NotBeNull();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        _tickets.Redeem(late).Should().BeNull();
    }

    [Fact]
    public async Task Redeem_KeyTakenAwayMeanwhile_LetsNobodyIn()
    {
        var ticket = _tickets.Issue(_boss);

        await _bridge.ChangeSettingsAsync(
            [("Bridge:EmbeddedBroker:Enabled", "true"), ("Bridge:Access:Roles:boss:Administrator", "true"), .. new TestKey("other", "boss").Settings(0)]);

        _tickets.Redeem(ticket).Should().BeNull();
    }

    [Fact]
    public void Redeem_TokenRunOutMeanwhile_LetsNobodyIn()
    {
        var ticket = _tickets.Issue(CallerOf("bob", _time.GetUtcNow().AddSeconds(5)));

        _time.Advance(TimeSpan.FromSeconds(5));

        _tickets.Redeem(ticket).Should().BeNull();
    }

    [Fact]
    public void Issue_TooManyOpen_IsRefusedUntilSomeHaveRunOut()
    {
        for (var i = 0; i < 100; i++)
            IssueAllOf(CallerOf($"user{i}"));

        var refused = FluentActions.Invoking(() => _tickets.Issue(_boss)).Should().Throw<BridgeException>().Which;
        refused.Code.Should().Be(ErrorCodes.Overloaded);
        refused.RetryAfter.Should().BePositive();

        _time.Advance(TicketStore.Lifetime);
        _tickets.Issue(_boss).Should().StartWith(TicketStore.Prefix);
    }

    [Fact]
    public void Issue_TooManyOfOneCaller_IsRefusedToThatOneOnly()
    {
        IssueAllOf(_boss);

        FluentActions.Invoking(() => _tickets.Issue(_boss)).Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.RateLimited);
        _tickets.Issue(CallerOf("bob")).Should().StartWith(TicketStore.Prefix);
    }

    [Fact]
    public async Task Post_Ticket_BringsNoFurtherTicketAndPublishesNothing()
    {
        using var boss = LockedBridge.ClientOf(_bridge, LockedBridge.Boss.Text);
        using var answer = await boss.PostAsync(new Uri("/ticket", UriKind.Relative), content: null);
        var ticket = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ticket").GetString();
        using var holder = LockedBridge.ClientOf(_bridge, ticket);

        using var again = await holder.PostAsync(new Uri("/ticket", UriKind.Relative), content: null);
        using var publish = await holder.PostAsync(new Uri("/publish?brokerKey=embedded&topic=a", UriKind.Relative), new StringContent("1"));

        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        await again.ShouldBeProblemAsync(401, "unauthenticated");
        await publish.ShouldBeProblemAsync(401, "unauthenticated");
    }

    private static Caller CallerOf(string user, DateTimeOffset? expires = null)
    {
        Identity? identity = null;
        identity = new Identity(user, Permissions.Unrestricted, _ => identity, expires);
        return new Caller(identity, IPAddress.Loopback);
    }

    private void IssueAllOf(Caller caller)
    {
        for (var i = 0; i < 1_000; i++)
            _tickets.Issue(caller);
    }
}
