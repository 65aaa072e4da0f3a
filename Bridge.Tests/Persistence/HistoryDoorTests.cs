using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Persistence;

/// <summary>Reading the past, over HTTP and with the SDK, from a real bridge.</summary>
public sealed class HistoryDoorTests : IAsyncLifetime, IDisposable
{
    private const int Count = 250;

    private readonly TemporaryFolder _folder = new();
    private BridgeHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await StartAsync();
        await using var client = await BridgeClient.ConnectAsync(_host.HubUrl);
        for (var i = 1; i <= Count; i++)
            await client.PublishAsync("embedded", $"t/{i % 2}", i.ToString(CultureInfo.InvariantCulture));
        await Eventually.HoldsAsync(async () => (await GetAsync("topic=t/%23")).Messages.Count == Count);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Get_OfATopicOrAFilter_GivesItsMessagesInOrder()
    {
        Numbers((await GetAsync("topic=t/1")).Messages).Should().Equal(Enumerable.Range(1, Count).Where(number => number % 2 == 1));
        var (messages, response) = await GetAsync("topic=t/%2B");

        Numbers(messages).Should().Equal(Enumerable.Range(1, Count));
        messages[0].Should().Match<BridgeMessage>(message => message.BrokerKey == "embedded" && message.Cursor != null && message.ReceivedAt > DateTimeOffset.UnixEpoch);
        response.Headers.Contains("Link").Should().BeFalse();
    }

    [Fact]
    public async Task Get_InParts_GivesAllOfThemOnce()
    {
        var uri = "history?brokerKey=embedded&topic=t/%23&limit=100";
        var all = new List<BridgeMessage>();
        for (var parts = 1; ; parts++)
        {
            using var response = await _host.Client.GetAsync(new Uri(uri, UriKind.Relative));
            all.AddRange((await response.Content.ReadFromJsonAsync<BridgeMessage[]>())!);
            if (!response.Headers.TryGetValues("Link", out var links))
            {
                parts.Should().Be(3);
                break;
            }

            uri = $"history{links.Single().Split('<', '>')[1]}";
        }

        Numbers(all).Should().Equal(Enumerable.Range(1, Count));
    }

    [Fact]
    public async Task Get_BetweenCursorsOrTimes_GivesWhatIsBetween()
    {
        var all = (await GetAsync("topic=t/%23")).Messages;

        var between = (await GetAsync($"topic=t/%23&since={all[9].Cursor}&until={all[19].Cursor}")).Messages;
        Numbers(between).Should().Equal(Enumerable.Range(11, 10));

        var (since, until) = (all[50].ReceivedAt, all[200].ReceivedAt);
        var timed = (await GetAsync($"topic=t/%23&since={TextOf(since)}&until={TextOf(until)}")).Messages;
        Numbers(timed).Should().Equal(Numbers(all.Where(message => message.ReceivedAt >= since && message.ReceivedAt < until)));
    }

    [Theory]
    [InlineData("topic=t/1&since=yesterday", 400, "cursor_invalid")]
    [InlineData("topic=t/1&since=2026-13-01", 400, "request_invalid")]
    [InlineData("topic=t/1&until=abc.1", 400, "cursor_invalid")]
    [InlineData("topic=t/1&limit=0", 400, "request_invalid")]
    [InlineData("topic=t/1&limit=10001", 400, "request_invalid")]
    [InlineData("topic=t/1&wait=5", 400, "request_invalid")]
    [InlineData("topic=t/%23/x", 400, "filter_invalid")]
    [InlineData("topic=none/x", 404, "history_off")]
    public async Task Get_Wrongly_IsRefusedWithItsCode(string query, int status, string code)
    {
        using var response = await _host.Client.GetAsync(new Uri($"/history?brokerKey=embedded&{query}", UriKind.Relative));

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode, problem.GetProperty("code").GetString()).Should().Be((status, code));
    }

    [Fact]
    public async Task Get_SinceACursorOfAnotherStream_GivesAllAndSaysSo()
    {
        var (messages, response) = await GetAsync("topic=t/1&since=0a1b2c3d.5");

        messages.Should().HaveCount(Count / 2);
        response.Headers.GetValues("Bridge-Truncated").Should().Equal("true");
    }

    [Fact]
    public async Task Sdk_GetHistory_EnumeratesAllAndAfterARestartToo()
    {
        await _host.DisposeAsync();
        _host = await StartAsync();
        await using var client = await BridgeClient.ConnectAsync(_host.HubUrl);

        var all = await client.GetHistoryAsync("embedded", "t/#").ToListAsync();
        var part = await client.GetHistoryAsync(new GetHistoryRequest { BrokerKey = "embedded", Topic = "t/#", Limit = 10, Since = all[99].Cursor });
        var off = () => client.GetHistoryAsync(new GetHistoryRequest { BrokerKey = "embedded", Topic = "none/x" });

        Numbers(all).Should().Equal(Enumerable.Range(1, Count));
        Numbers(part.Messages).Should().Equal(Enumerable.Range(101, 10));
        part.Next.Should().Be(all[109].Cursor);
        part.Truncated.Should().BeFalse();
        (await off.Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(ErrorCodes.HistoryOff);
    }

    private Task<BridgeHost> StartAsync() => EmbeddedBridge.StartAsync(
        ("Bridge:Persistence:Path", _folder.File("bridge.db")),
        ("Bridge:Persistence:HistoryPerTopic", "1000"),
        ("Bridge:Persistence:History:0:Topics:0", "none/#"));

    private async Task<(List<BridgeMessage> Messages, HttpResponseMessage Response)> GetAsync(string query)
    {
        var response = await _host.Client.GetAsync(new Uri($"/history?brokerKey=embedded&{query}", UriKind.Relative));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return ((await response.Content.ReadFromJsonAsync<List<BridgeMessage>>())!, response);
    }

    private static string TextOf(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture));

    private static IEnumerable<int> Numbers(IEnumerable<BridgeMessage> messages) =>
        messages.Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture));
}
