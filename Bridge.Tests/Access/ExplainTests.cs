using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access;

public sealed class ExplainTests : IAsyncLifetime
{
    private const string Path = "Bridge:Access:Roles:viewer";

    private BridgeHost _bridge = null!;

    public async Task InitializeAsync() => _bridge = await LockedBridge.StartAsync(
    [
        .. new TestKey("excel", "viewer").Settings(1),
        ($"{Path}:Allow:0:Actions:0", "read"),
        ($"{Path}:Allow:0:Broker", "embedded"),
        ($"{Path}:Allow:0:Topics:0", "x"),
        ($"{Path}:Allow:0:Topics:1", "users/{user}/#"),
        ($"{Path}:Deny:0:Actions:0", "read"),
        ($"{Path}:Deny:0:Broker", "*"),
        ($"{Path}:Deny:0:Topics:0", "users/+/private"),
    ]);

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    [Theory]
    [InlineData("user=excel&topic=users/excel/a", true, $"{Path}:Allow:0:Topics:1", "users/excel/#")]
    [InlineData("user=excel&topic=users/excel/%23", false, $"{Path}:Deny:0:Topics:0", "users/+/private")]
    [InlineData("user=excel&topic=users/word/a", false, null, null)]
    [InlineData("user=word&role=viewer&topic=users/word/a", true, $"{Path}:Allow:0:Topics:1", "users/word/#")]
    [InlineData("user=boss&topic=%23", true, "Bridge:Access:Roles:boss:Administrator", null)]
    [InlineData("user=excel&topic=x&action=publish", false, null, null)]
    public async Task Get_Explain_NamesTheRuleThatDecides(string query, bool allowed, string? rule, string? filter)
    {
        var action = query.Contains("action", StringComparison.Ordinal) ? "" : "&action=read";
        var answer = await _bridge.Client.GetFromJsonAsync<JsonElement>(new Uri($"/access/explain?brokerKey=embedded&{query}{action}", UriKind.Relative));

        answer.GetProperty("allowed").GetBoolean().Should().Be(allowed);
        Text(answer, "rule").Should().Be(rule);
        Text(answer, "filter").Should().Be(filter);
        Text(answer, "because").Should().Match(rule is null ? "no rule allows it" : $"* by {rule}*");
    }

    [Theory]
    [InlineData("brokerKey=embedded&topic=a&action=read", "request_invalid")] // nobody is let in without credentials
    [InlineData("user=nobody&brokerKey=embedded&topic=a&action=read", "request_invalid")]
    [InlineData("role=nothing&brokerKey=embedded&topic=a&action=read", "request_invalid")]
    [InlineData("user=excel&brokerKey=embedded&topic=a&action=fly", "request_invalid")]
    [InlineData("user=excel&brokerKey=embedded&topic=a", "request_invalid")]
    [InlineData("user=excel&brokerKey=embedded&topic=a/%23/b&action=read", "filter_invalid")]
    [InlineData("user=excel&brokerKey=embedded&topic=a/%23&action=publish", "topic_invalid")]
    public async Task Get_ExplainOfWhatMakesNoSense_SaysWhy(string query, string code)
    {
        using var response = await _bridge.Client.GetAsync(new Uri($"/access/explain?{query}", UriKind.Relative));

        await response.ShouldBeProblemAsync(400, code);
    }

    private static string? Text(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) ? value.GetString() : null;
}
