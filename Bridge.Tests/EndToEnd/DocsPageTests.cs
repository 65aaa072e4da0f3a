using System.Text.Json.Nodes;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

public sealed class DocsPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [ToolTheory(Tool.Chromium)]
    [InlineData("/docs", ColorScheme.Light)]
    [InlineData("/docs/", ColorScheme.Dark)]
    public async Task Open_TryItOut_SendsTheRequestAndShowsTheAnswer(string path, ColorScheme scheme)
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:EmbeddedBroker:Demo", "true"));
        await using var page = await chromium.NewPageAsync(scheme: scheme);
        var requests = new Collected<string>();
        page.Page.Request += (_, request) => requests.Add(request.Url);

        await page.Page.GotoAsync(host.Url + path);
        await TryEventsAsync(page.Page);

        (await page.Page.Locator(".opblock").CountAsync()).Should().Be((await ApiDescription.ReadAsync(host.Client)).Operations.Count);
        requests.Items.Should().OnlyContain(url => url.StartsWith(host.Url, StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal));
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium)]
    public async Task Open_BelowThePathOfAProxy_FindsTheBridge()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:EmbeddedBroker:Demo", "true"));
        await using var proxy = await PathProxy.StartAsync("/bridge", host.Url);
        await using var page = await chromium.NewPageAsync();

        await page.Page.GotoAsync($"{proxy.Url}/bridge/docs");
        await TryEventsAsync(page.Page);

        page.Page.Url.Should().StartWith($"{proxy.Url}/bridge/docs/");
        page.Complaints.Items.Should().BeEmpty();
    }

    [ToolFact(Tool.Chromium)]
    public async Task Open_Authorize_SendsTheKeyInAHeader()
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:EmbeddedBroker:Demo", "true"));
        await using var page = await chromium.NewPageAsync();
        await page.Page.RouteAsync("**/openapi/v1.json", async route =>
        {
            var document = JsonNode.Parse(await host.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!.AsObject();
            document["components"]!["securitySchemes"] = JsonNode.Parse("""{"key":{"type":"http","scheme":"bearer"}}""");
            document["security"] = JsonNode.Parse("""[{"key":[]}]""");
            await route.FulfillAsync(new() { ContentType = "application/json", Body = document.ToJsonString() });
        });

        await page.Page.GotoAsync($"{host.Url}/docs/");
        await page.Page.Locator(".btn.authorize").First.ClickAsync();
        await page.Page.Locator(".auth-container input").FillAsync("brk_mine");
        var sent = page.Page.WaitForRequestAsync("**/events?*");
        await page.Page.Locator(".auth-btn-wrapper .authorize").ClickAsync();
        await page.Page.Locator(".auth-btn-wrapper .btn-done").ClickAsync();
        await SendEventsAsync(page.Page);

        (await (await sent).HeaderValueAsync("Authorization")).Should().Be("Bearer brk_mine");
        await page.Page.Locator(".live-responses-table .response-col_status", new() { HasText = "401" }).WaitForAsync();
        page.Complaints.Items.Should().OnlyContain(complaint => complaint.Contains("401"));
    }

    [ToolFact(Tool.Chromium)]
    public async Task Open_LibraryMissing_SaysWhatIsMissing()
    {
        await using var host = await EmbeddedBridge.StartAsync();
        await using var page = await chromium.NewPageAsync();
        await page.Page.RouteAsync("**/lib/**", route => route.FulfillAsync(new() { Status = 404 }));

        await page.Page.GotoAsync($"{host.Url}/docs/");

        await page.Notice.GetByText("The library that shows this page is missing.").WaitForAsync();
        page.Complaints.Items.Should().OnlyContain(complaint => complaint.Contains("404"));
    }

    private static async Task TryEventsAsync(IPage page)
    {
        var operation = await SendEventsAsync(page);
        await operation.Locator(".live-responses-table .response-col_status", new() { HasText = "200" }).WaitForAsync();
        await operation.Locator(".live-responses-table", new() { HasText = "bridge-cursor" }).WaitForAsync();
    }

    private static async Task<ILocator> SendEventsAsync(IPage page)
    {
        var operation = page.Locator("#operations-Read-getEvents");
        await operation.Locator(".opblock-summary-control").ClickAsync();
        await operation.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await operation.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        return operation;
    }
}
