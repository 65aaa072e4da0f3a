using Bridge.Contracts;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Tests.EndToEnd;

/// <summary>
/// What pages of other sites can do to a bridge that asks nobody for credentials, so that nothing but their origin stands in their way.
/// </summary>
public sealed class ForeignPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    /// <summary>Each attempt by its name; it answers whether the page got what it wanted.</summary>
    private const string Script = """
        const bridge = new URLSearchParams(location.search).get("bridge");
        const events = `${bridge}/events?brokerKey=plant&topic=plant/secret`;
        const start = options => new signalR.HubConnectionBuilder().withUrl(`${bridge}/hub`, options)
          .configureLogging(signalR.LogLevel.None).build().start().then(() => true, () => false);
        const message = how => ({ brokerKey: "plant", topic: `${location.port}/${how}`, message: "from a page" });

        window.attempts = {
          negotiate: () => start({}),
          webSocket: () => start({ skipNegotiation: true, transport: signalR.HttpTransportType.WebSockets }),
          fetch: () => fetch(events).then(async answer => answer.ok && (await answer.text()).includes("42"), () => false),
          eventSource: () => new Promise(resolve => {
            const source = new EventSource(`${events}&format=stream`);
            source.addEventListener("message", event => { source.close(); resolve(event.data.includes("42")); });
            source.onerror = () => { source.close(); resolve(false); };
          }),
          publishJson: () => fetch(`${bridge}/publish`, {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message("json")),
          }).then(answer => answer.ok, () => false),
          publishUnasked: () => fetch(`${bridge}/publish`, {
            method: "POST", mode: "no-cors", body: new URLSearchParams(message("unasked")),
          }).then(() => null, () => null),
          publishForm: () => new Promise(resolve => {
            const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
            const form = Object.assign(document.createElement("form"), { method: "post", action: `${bridge}/publish`, target: "answer" });
            for (const [name, value] of Object.entries(message("form")))
              form.append(Object.assign(document.createElement("input"), { name, value }));
            document.body.append(frame, form);
            frame.onload = () => resolve(null);
            form.submit();
          }),
        };
        """;

    private static readonly string[] Visible = ["negotiate", "webSocket", "fetch", "eventSource", "publishJson"];

    /// <summary>Their answers cannot be read by any page of another site.</summary>
    private static readonly string[] Blind = ["publishUnasked", "publishForm"];

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task Use_PageOfAnotherSite_CanDoNothingAndThatOfAnAllowedOneAll()
    {
        await using var foreign = await StartPageAsync();
        await using var allowed = await StartPageAsync();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await broker.PublishAsync("plant/secret", "42", retain: true);
        await using var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", broker.Url), ("Bridge:Cors:Origins:0", OriginOf(allowed)));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var subscription = await broker.SubscribeAsync("#", qos: 1);

        (await TryAsync(foreign, host)).Should().BeEmpty();
        (await TryAsync(allowed, host)).Should().Equal(Visible);

        foreach (var how in new[] { "json", "unasked", "form" })
            await subscription.WaitForMessageAsync(message => message.Topic == $"{PortOf(allowed)}/{how}");
        subscription.Messages.Should().NotContain(message => message.Topic.StartsWith($"{PortOf(foreign)}/", StringComparison.Ordinal));
    }

    /// <returns>What the page got.</returns>
    private async Task<List<string>> TryAsync(WebApplication site, BridgeHost host)
    {
        await using var page = await chromium.NewPageAsync();
        await page.Page.GotoAsync($"{OriginOf(site)}/?bridge={Uri.EscapeDataString(host.Url)}");
        var got = new List<string>();
        foreach (var attempt in Visible.Concat(Blind))
        {
            if (await page.Page.EvaluateAsync<bool?>($"window.attempts.{attempt}()").WaitAsync(Eventually.DefaultTimeout) is true)
                got.Add(attempt);
        }

        return got;
    }

    private static Task<WebApplication> StartPageAsync() => TestServer.StartAsync(
        _ => { },
        app =>
        {
            app.MapGet("/", () => Results.Content("<!doctype html><body><script src=signalr.js></script><script src=page.js></script>", "text/html"));
            app.MapGet("/page.js", () => Results.Content(Script, "text/javascript"));
            app.MapGet("/signalr.js", () => Results.File(Path.Combine(Repository.Root, "wwwroot", "lib", "signalr.min.js"), "text/javascript"));
        });

    /// <summary>By another name than the bridge's, and at another port.</summary>
    private static string OriginOf(WebApplication site) => $"http://localhost:{PortOf(site)}";

    private static int PortOf(WebApplication site) => new Uri(site.Urls.First()).Port;
}
