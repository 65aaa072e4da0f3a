using System.Text.Encodings.Web;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

public sealed class DashboardTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        // It stands above the row to be clicked, which must not move meanwhile.
        await page.Row("demo/mixer/temperature").WaitForAsync();
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

        await page.Card("plant", "connected").WaitForAsync(new() { Timeout = (float)Eventually.ReconnectTimeout.TotalMilliseconds });
        await Eventually.HoldsAsync(async () => await page.WatchNotice.IsHiddenAsync());
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolTheory(Tool.Chromium | Tool.Mosquitto)]
    [InlineData("<img src=x onerror=window.hacked=1>")]
    [InlineData("\"><script>window.hacked=1</script>")]
    public async Task Open_MarkupFromStrangers_StaysText(string markup)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var page = await chromium.NewPageAsync();
        await page.OpenAsync(host.Url);
        var before = await CountAsync(page);

        await broker.PublishAsync($"a/{markup}", markup, extraArguments: ["-D", "publish", "content-type", markup, "-D", "publish", "user-property", markup, markup]);
        await broker.PublishAsync("json", JsonSerializer.Serialize(new Dictionary<string, string[]> { [markup] = [markup] }, Relaxed));

        await page.Row($"a/{markup}").ClickAsync();
        await page.Detail.Locator(".payload").GetByText(markup).WaitForAsync();
        await page.Detail.Locator(".user-property dt").GetByText(markup).WaitForAsync();
        await page.Detail.Locator(".user-property dd").GetByText(markup).WaitForAsync();
        await page.Detail.Locator(".properties > :not(.user-property) dd").GetByText(markup).WaitForAsync();
        await page.Row("json").ClickAsync();
        await page.Detail.Locator(".json-name").GetByText("window.hacked=1").WaitForAsync();
        await page.Detail.Locator(".json-string").GetByText("window.hacked=1").WaitForAsync();
        await page.PublishAsync("plant", $"{markup}/#", "1", "1", retain: false);
        await page.Receipt.GetByText("topic_invalid: ").WaitForAsync();
        await page.WatchAsync($"{markup}#");
        await page.WatchNotice.GetByText("filter_invalid: ").WaitForAsync();
        await page.Page.FillAsync("#topic-search", markup);

        (await CountAsync(page)).Should().Be(before);
        (await page.Page.EvaluateAsync<bool>("'hacked' in window")).Should().BeFalse();
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

    /// <summary>How many elements the page has that could run something.</summary>
    private static Task<int> CountAsync(DashboardPage page) => page.Page.Locator("img, script, iframe, object").CountAsync();

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker)
    {
        var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", broker.Url));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        return host;
    }
}
