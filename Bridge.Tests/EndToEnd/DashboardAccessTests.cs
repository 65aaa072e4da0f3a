using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

/// <summary>The dashboard of a bridge that asks who is there.</summary>
public sealed class DashboardAccessTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Key = "brk_dashboard-1+/=";
    private const string KeySetting = "Bridge:Access:ApiKeys:0:Hash";

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_Rules_AsksAndShowsWhatTheKeyAllows()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#", qos: 1);
        await using var page = await chromium.NewPageAsync();
        var urls = UrlsOf(page.Page);

        await page.Page.GotoAsync(host.Url);
        await page.Access.WaitForAsync();
        (await page.Page.Locator("#main").IsVisibleAsync()).Should().BeFalse();
        await page.SignInAsync("brk_wrong");
        await page.Access.GetByText("no API key that is known here").WaitForAsync();
        (await page.SignOut.IsVisibleAsync()).Should().BeFalse();
        await page.SignInAsync(Key);

        await page.Card("plant", "connected").WaitForAsync();
        await page.WatchNotice.GetByText("forbidden: ").WaitForAsync();
        await page.WatchAsync("plant/#");
        await broker.PublishAsync("plant/1/temp", "21.5");
        await page.Row("plant/1/temp").Locator(".value").GetByText("21.5").WaitForAsync();
        await page.PublishAsync("plant", "other", "no", "1", retain: false);
        await page.Receipt.GetByText("forbidden: ").WaitForAsync();
        await page.PublishAsync("plant", "plant/set", "yes", "1", retain: false);
        await page.Receipt.GetByText("plant acknowledged plant/set, QoS 1").WaitForAsync();
        (await subscription.WaitForMessageAsync(message => message.Topic is "other" or "plant/set")).Text.Should().Be("yes");
        (await page.Page.Locator(".card").CountAsync()).Should().Be(1, "the key is not for the other broker");

        ShouldNotHold(urls, Key);
        urls.Items.Should().Contain(url => url.StartsWith("ws:", StringComparison.Ordinal) && url.Contains("access_token=tkt_"));
        ShouldOnlyBeRefusedByStatus(page, "401");
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task SignOut_AfterAReloadThatKeptTheKey_ForgetsIt()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.Page.GotoAsync(host.Url);
        await page.SignInAsync(Key);
        await page.SignOut.WaitForAsync();

        await page.Page.ReloadAsync();
        await page.Card("plant", "connected").WaitForAsync();
        (await StorageAsync(page)).Should().Be("""{"bridge-key":"brk_dashboard-1+/="} {} """);
        await page.SignOut.ClickAsync();

        await page.Access.WaitForAsync();
        (await StorageAsync(page)).Should().NotContain("brk_").And.EndWith(" {} ");
        await page.Page.ReloadAsync();
        await page.Access.WaitForAsync();
        (await page.Page.InputValueAsync("#access-key")).Should().BeEmpty();
        (await page.Access.Locator(".error").InnerTextAsync()).Should().BeEmpty("it was the user's own wish");
        ShouldOnlyBeRefusedByStatus(page, "401");
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_KeyIsRevoked_AsksAgainAndSaysWhy()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.Page.GotoAsync(host.Url);
        await page.SignInAsync(Key);
        await page.Card("plant", "connected").WaitForAsync();
        await page.WatchAsync("plant/#");
        await broker.PublishAsync("plant/secret", "42");
        await page.Row("plant/secret").WaitForAsync();

        Change(host, KeySetting, ApiKeyHash.Of("brk_another").ToString());

        await page.Access.GetByText("You were signed out: the key or token does not count any more.").WaitForAsync();
        (await page.Page.ContentAsync()).Should().NotContain("plant/secret", "the next who signs in may be somebody else");
        (await StorageAsync(page)).Should().NotContain("brk_");
        await page.SignInAsync("brk_another");
        await page.Card("plant", "connected").WaitForAsync();
        ShouldOnlyBeRefusedByStatus(page, "401");
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_Anonymous_IsNotAskedButMaySignInForMore()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, ("Bridge:Access:Anonymous", "viewer"));
        await using var page = await chromium.NewPageAsync();
        var urls = UrlsOf(page.Page);

        await page.OpenAsync(host.Url);
        await page.Card("plant", "connected").WaitForAsync();
        (await page.SignIn.IsVisibleAsync()).Should().BeFalse();
        (await page.SignOut.IsVisibleAsync()).Should().BeFalse();
        await page.PublishAsync("plant", "plant/set", "1", "1", retain: false);
        await page.Receipt.GetByText("forbidden: ").WaitForAsync();
        urls.Items.Should().NotContain(url => url.EndsWith("/ticket", StringComparison.Ordinal) || url.Contains("access_token"));

        await page.SignIn.ClickAsync();
        await page.SignInAsync("brk_wrong");
        await page.Access.GetByText("no API key that is known here").WaitForAsync();
        await page.SignInAsync(Key);
        await page.SignOut.WaitForAsync();
        await page.Card("plant", "connected").WaitForAsync();
        await page.PublishAsync("plant", "plant/set", "1", "1", retain: false);
        await page.Receipt.GetByText("plant acknowledged plant/set").WaitForAsync();

        Change(host, KeySetting, ApiKeyHash.Of("brk_another").ToString());

        await page.Notice.GetByText("You were signed out").WaitForAsync();
        await page.Card("plant", "connected").WaitForAsync();
        ShouldNotHold(urls, Key);
        ShouldOnlyBeRefusedByStatus(page, "401");
    }

    [ToolTheory(Tool.Chromium | Tool.Mosquitto)]
    [InlineData("window.WebSocket = undefined")]
    [InlineData("window.WebSocket = class { constructor() { throw new Error('A proxy does not let it through.'); } }")]
    public async Task Open_NoWebSockets_WorksWithTheKeyToo(string script)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.Page.AddInitScriptAsync(script);
        var urls = UrlsOf(page.Page);

        await page.Page.GotoAsync(host.Url);
        await page.SignInAsync(Key);
        await page.Card("plant", "connected").WaitForAsync();
        await page.WatchAsync("plant/#");
        await broker.PublishAsync("plant/1/temp", "21.5");

        await page.Row("plant/1/temp").Locator(".value").GetByText("21.5").WaitForAsync();
        ShouldNotHold(urls, Key);
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_OnlyServerSentEvents_WorksWithATicket()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.Page.AddInitScriptAsync("window.WebSocket = undefined");
        await page.Page.RouteAsync("**/lib/*msgpack*", route => route.FulfillAsync(new() { Status = 404 }));
        var urls = UrlsOf(page.Page);

        await page.Page.GotoAsync(host.Url);
        await page.SignInAsync(Key);

        await page.Card("plant", "connected").WaitForAsync();
        urls.Items.Should().Contain(url => url.Contains("access_token=tkt_"));
        ShouldNotHold(urls, Key);
    }

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker, params (string Key, string? Value)[] settings)
    {
        const string Operator = "Bridge:Access:Roles:operator:Allow:0";
        const string Viewer = "Bridge:Access:Roles:viewer:Allow:0";
        var host = await BridgeHost.StartAsync(
        [
            ("Bridge:Brokers:plant:Url", broker.Url), ("Bridge:Brokers:other:Url", broker.Url),
            ("Bridge:Access:ApiKeys:0:Name", "tablet"), (KeySetting, ApiKeyHash.Of(Key).ToString()), ("Bridge:Access:ApiKeys:0:Role", "operator"),
            ($"{Operator}:Actions:0", "read"), ($"{Operator}:Actions:1", "publish"), ($"{Operator}:Broker", "plant"), ($"{Operator}:Topics:0", "plant/#"),
            ($"{Viewer}:Actions:0", "read"), ($"{Viewer}:Broker", "plant"), ($"{Viewer}:Topics:0", "#"),
            .. settings,
        ]);
        host.Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        return host;
    }

    private static void Change(BridgeHost host, string setting, string value)
    {
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration[setting] = value;
        configuration.Reload();
    }

    /// <summary>Every address that the page asks for from now on, those of WebSockets too.</summary>
    private static Collected<string> UrlsOf(IPage page)
    {
        var urls = new Collected<string>();
        page.Request += (_, request) => urls.Add(request.Url);
        page.WebSocket += (_, socket) => urls.Add(socket.Url);
        return urls;
    }

    private static void ShouldNotHold(Collected<string> urls, string key) =>
        urls.Items.Should().NotBeEmpty().And.NotContain(url => url.Contains(key) || url.Contains(Uri.EscapeDataString(key)) || url.Contains("brk_"));

    /// <summary>What is kept for the tab, and what for longer.</summary>
    private static Task<string> StorageAsync(DashboardPage page) =>
        page.Page.EvaluateAsync<string>("`${JSON.stringify(sessionStorage)} ${JSON.stringify(localStorage)} ${document.cookie}`");

    /// <summary>A browser notes each answer that is a failure on its console.</summary>
    private static void ShouldOnlyBeRefusedByStatus(DashboardPage page, string status) =>
        page.Complaints.Items.Should().OnlyContain(complaint => complaint.Contains($"status of {status}"));
}
