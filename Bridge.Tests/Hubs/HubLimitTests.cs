using System.Text.Json;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

public sealed class HubLimitTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const int Limit = 262_144;

    [ToolTheory(Tool.Node)]
    [InlineData("json", 'x')]
    [InlineData("json", '\u0001')] // six characters of JSON each
    [InlineData("messagepack", 'x')]
    public async Task Publish_PayloadAtTheLimit_IsPublishedAndOneByteMoreIsTooLarge(string protocol, char character)
    {
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        var receipt = await PublishAsync(client, new string(character, Limit));

        receipt.GetProperty("reason").GetString().Should().Be("success");
        await FluentActions.Awaiting(() => PublishAsync(client, new string(character, Limit + 1)))
            .Should().ThrowAsync<NodeException>().WithMessage("*HubException: payload_too_large: *");
    }

    [ToolTheory(Tool.Node)]
    [InlineData("json", "WebSockets")]
    [InlineData("messagepack", "WebSockets")]
    [InlineData("json", "ServerSentEvents")]
    [InlineData("messagepack", "LongPolling")]
    public async Task Publish_LargerThanAnyMessageMayBe_EndsOnlyThatConnection(string protocol, string transport)
    {
        await using var large = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol, transport);
        await using var other = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol, transport);

        await FluentActions.Awaiting(() => PublishAsync(large, new string('x', 3_000_000))).Should().ThrowAsync<NodeException>();

        await large.WaitForEventAsync(happened => happened.Event == "closed");
        (await PublishAsync(other, "1")).GetProperty("reason").GetString().Should().Be("success");
    }

    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Subscribe_MoreOftenThanAllowed_IsTooManyUntilOneEnds(string protocol)
    {
        await using var host = await EmbeddedBridge.StartAsync(("Bridge:Limits:SubscriptionsPerConnection", "2"));
        await using var client = await NodeHubClient.ConnectAsync(host.HubUrl, protocol);
        Task<JsonElement> SubscribeAsync() => client.InvokeAsync("Subscribe", new { brokerKey = "embedded", topic = "a" });
        var first = await SubscribeAsync();
        await SubscribeAsync();

        await FluentActions.Awaiting(SubscribeAsync).Should().ThrowAsync<NodeException>().WithMessage("*HubException: too_many_subscriptions: *");
        await client.InvokeAsync("Unsubscribe", new { subscription = first.GetProperty("subscription").GetString() });

        (await SubscribeAsync()).GetProperty("subscription").GetString().Should().NotBe(first.GetProperty("subscription").GetString());
    }

    private static Task<JsonElement> PublishAsync(NodeHubClient client, string message) =>
        client.InvokeAsync("Publish", new { brokerKey = "embedded", topic = "limits", message });
}
