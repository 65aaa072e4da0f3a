using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

public sealed class DashboardTests(Chromium chromium) : IClassFixture<Chromium>
{
    [ToolFact(Tool.Chromium)]
    public async Task Open_DemoTopics_ShowsTheBrokerAndValuesThatMove()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:EmbeddedBroker:Demo", "true"));
        await using var page = await chromium.NewPageAsync();

        await page.OpenAsync(host.Url);

        await page.Card("embedded", "connected").WaitForAsync();
        var clock = page.Row("demo/clock").Locator(".value");
        var before = await clock.InnerTextAsync();
        await Eventually.HoldsAsync(async () => await clock.InnerTextAsync() != before);
        await page.Row("demo/oven/state").ClickAsync();
        await page.Detail.GetByText("\"running\"").WaitForAsync();
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_MessagesOfARealBroker_AppearAndCanBePublished()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("from/page", qos: 2);
        await using var page = await chromium.NewPageAsync();
        await page.OpenAsync(host.Url);

        await broker.PublishAsync("plant/1/temp", "21.5");
        await page.Row("plant/1/temp").Locator(".value").GetByText("21.5").WaitForAsync();
        await page.PublishAsync("plant", "from/page", "hello é", "2", retain: true);

        await page.Receipt.GetByText("plant acknowledged from/page, QoS 2").WaitForAsync();
        var received = await subscription.WaitForMessageAsync();
        (received.Text, received.Qos).Should().Be(("hello é", 2));
        await page.Row("from/page").GetByText("retain").WaitForAsync();
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_BrokerThatGoesDown_IsShownAsDisconnectedUntilItIsBack()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.OpenAsync(host.Url);
        await page.Card("plant", "connected").WaitForAsync();

        await broker.StopAsync();

        await page.Card("plant", "disconnected").WaitForAsync();
        await page.WatchNotice.GetByText("plant is disconnected").WaitForAsync();
        await page.PublishAsync("plant", "a", "1", "1", retain: false);
        await page.Receipt.GetByText("broker_disconnected: ").WaitForAsync();

        await broker.StartAsync();

        await page.Card("plant", "connected").WaitForAsync();
        await Eventually.HoldsAsync(async () => await page.WatchNotice.IsHiddenAsync());
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Open_MarkupInTopicAndPayload_StaysText()
    {
        const string Markup = "<img src=x onerror=alert(1)>";
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.OpenAsync(host.Url);
        var images = await page.Page.Locator("img").CountAsync();

        await broker.PublishAsync($"a/{Markup}", Markup, extraArguments: ["-D", "publish", "user-property", Markup, Markup]);
        await broker.PublishAsync("json", $$"""{"{{Markup}}": ["{{Markup}}"]}""");

        await page.Row($"a/{Markup}").ClickAsync();
        await page.Detail.Locator(".payload").GetByText(Markup).WaitForAsync();
        await page.Detail.Locator(".user-property dd").GetByText(Markup).WaitForAsync();
        await page.Row("json").ClickAsync();
        await page.Detail.Locator(".json-string").GetByText(Markup).WaitForAsync();
        await page.PublishAsync("plant", $"{Markup}/#", "1", "1", retain: false);
        await page.Receipt.GetByText("topic_invalid: ").WaitForAsync();
        await page.Page.FillAsync("#watch-filter", $"{Markup}#");
        await page.Page.ClickAsync("#watch button");
        await page.WatchNotice.GetByText("filter_invalid: ").WaitForAsync();

        (await page.Page.Locator("img").CountAsync()).Should().Be(images);
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium)]
    public async Task Open_LibrariesMissing_SaysWhatIsMissing()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        await using var page = await chromium.NewPageAsync();
        await page.Page.RouteAsync("**/lib/**", route => route.FulfillAsync(new() { Status = 404 }));

        await page.Page.GotoAsync(host.Url);

        await page.Notice.GetByText("SignalR library is missing").WaitForAsync();
        (await page.Page.Locator("#main").IsVisibleAsync()).Should().BeFalse();
    }

    [ToolFact(Tool.Chromium)]
    public async Task Open_OnlyMessagePackMissing_WorksWithJson()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:EmbeddedBroker:Demo", "true"));
        await using var page = await chromium.NewPageAsync(390, 844, ColorScheme.Dark);
        await page.Page.RouteAsync("**/lib/*msgpack*", route => route.FulfillAsync(new() { Status = 404 }));

        await page.OpenAsync(host.Url);

        await page.Row("demo/readme").WaitForAsync();
        page.Complaints.Items.Should().ContainSingle().Which.Should().Contain("404");
    }

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker)
    {
        var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", broker.Url));
        await Eventually.HoldsAsync(async () =>
            (await host.Client.GetFromJsonAsync("/brokers/plant")).GetProperty("state").GetString() == "connected");
        return host;
    }
}
