using Bridge.Server.Access;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class UrlLimitTests
{
    [Theory]
    [InlineData("/events?brokerKey=embedded&topic=")]
    [InlineData("/brokers?")]
    [InlineData("/none?")]
    [InlineData("/hub/negotiate?")]
    public async Task Get_LongestUrl_IsReadAndOneByteMoreIsTooLong(string start)
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Limits:MaxUrlBytes", "100"));

        using var read = await GetAsync(host, start.PadRight(100, 'x'));
        using var refused = await GetAsync(host, start.PadRight(101, 'x'));

        ((int)read.StatusCode).Should().BeOneOf(200, 404, 405);
        (await refused.ShouldBeProblemAsync(414, "uri_too_long")).Should().Be("The URL may have 100 bytes: Bridge:Limits:MaxUrlBytes.");
        host.Logs.Entries.Items.Should().ContainSingle(entry => entry.Category == AuditLog.Category && entry.Message.Contains("uri_too_long"));
    }

    [Theory]
    [InlineData(null, 204_800, 404)]
    [InlineData(null, 204_801, 414)]
    [InlineData("0", 262_000, 400)] // a topic that is too long, but read
    public async Task Get_LongUrl_IsReadAsFarAsTheLimitSays(string? limit, int length, int status)
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Limits:MaxUrlBytes", limit ?? "204800"));
        var topic = length > 204_801 ? new string('x', 70_000) : string.Concat(Enumerable.Repeat("%c3%a9", 30_000));

        using var response = await GetAsync(host, $"/events?brokerKey=embedded&topic={topic}".PadRight(length, '&'));

        await response.ShouldBeProblemAsync(status, status switch { 404 => "no_message", 414 => "uri_too_long", _ => "filter_invalid" });
    }

    private static Task<HttpResponseMessage> GetAsync(BridgeHost host, string target) => host.Client.GetAsync(new Uri(target, UriKind.Relative));
}
