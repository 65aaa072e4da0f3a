using System.Globalization;
using System.Text.Json;
using Bridge.Tests.Support;
using Microsoft.Playwright;

namespace Bridge.Tests.EndToEnd;

/// <summary>A browser's own EventSource, with nothing of ours around it.</summary>
public sealed class EventSourceTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Listen = """
        window.events = [];
        const source = new EventSource("/events?brokerKey=plant&topic=numbers/%23&format=stream");
        for (const type of ["subscribed", "state", "message", "skipped", "snapshot-complete"])
          source.addEventListener(type, event => window.events.push({ type, id: event.lastEventId, data: JSON.parse(event.data) }));
        """;

    [ToolFact(Tool.Chromium | Tool.Mosquitto)]
    public async Task EventSource_ConnectionLostThenServerStartedAgain_GoesOnThenBeginsAnewAndIsTold()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var port = LoopbackPort.Find();
        await using var proxy = new TcpProxy(port);
        await using var page = await chromium.NewPageAsync();
        await using (await StartAsync(broker, port))
        {
            await broker.PublishAsync("numbers/a", "1", retain: true);
            // Any page of the bridge's own.
            await page.Page.GotoAsync($"http://127.0.0.1:{proxy.Port}/health/live");
            await page.Page.EvaluateAsync(Listen);
            await WaitForAsync(page, "1");

            proxy.Cut();
            foreach (var number in new[] { "2", "3" })
                await broker.PublishAsync("numbers/a", number, retain: true);
            proxy.Mend();

            await WaitForAsync(page, "3");
            (await ReadAsync(page)).Where(item => item.Type == "subscribed").Select(item => item.Data.GetProperty("resumed").GetBoolean())
                .Should().Equal(false, true);
            (await MessagesAsync(page)).Should().Equal("1", "2", "3");
            // Browsers try no more when they are answered that the bridge stops, which it may do for longer than they wait.
            proxy.Cut();
        }

        await broker.PublishAsync("numbers/a", "4", retain: true);
        await broker.PublishAsync("numbers/b", "5", retain: true);
        await using var again = await StartAsync(broker, port);
        proxy.Mend();
        await WaitForAsync(page, "4");
        await WaitForAsync(page, "5");
        await broker.PublishAsync("numbers/b", "6");
        await WaitForAsync(page, "6");

        var events = await ReadAsync(page);
        var anew = events.FindLastIndex(item => item.Type == "subscribed");
        events[anew].Data.GetProperty("resumed").GetBoolean().Should().BeFalse("the cursor is of another run");
        events[anew..].Where(item => item.Type == "message").Select(item => item.Message).Order().Should().Equal("4", "5", "6");
        events[..anew].Where(item => item.Type == "message").Select(item => item.Message).Should().Equal("1", "2", "3");
        EpochOf(events[^1].Id!).Should().NotBe(EpochOf(events[..anew].Last(item => item.Type == "message").Id!));
    }

    private static async Task<BridgeProcess> StartAsync(MosquittoBroker broker, int port)
    {
        var settings = BrokerSettings.Of("plant", broker).Append(KeyValuePair.Create("ASPNETCORE_URLS", (string?)$"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"));
        var bridge = await BridgeProcess.StartAsync(settings);
        await Eventually.HoldsAsync(async () =>
            (await bridge.Client.GetStringAsync(new Uri("/brokers/plant", UriKind.Relative))).Contains("\"state\":\"connected\"", StringComparison.Ordinal));
        return bridge;
    }

    private static Task<IJSHandle> WaitForAsync(DashboardPage page, string message) => page.Page.WaitForFunctionAsync(
        "message => window.events.some(event => event.type === 'message' && event.data.message === message)", message,
        new PageWaitForFunctionOptions { Timeout = (float)Eventually.DefaultTimeout.TotalMilliseconds });

    private static async Task<List<StreamEvent>> ReadAsync(DashboardPage page) =>
        JsonSerializer.Deserialize<List<StreamEvent>>(await page.Page.EvaluateAsync<string>("JSON.stringify(window.events)"), JsonSerializerOptions.Web)!;

    private static async Task<IEnumerable<string>> MessagesAsync(DashboardPage page) =>
        (await ReadAsync(page)).Where(item => item.Type == "message").Select(item => item.Message);

    private static string EpochOf(string cursor) => cursor.Split('.')[0];
}
