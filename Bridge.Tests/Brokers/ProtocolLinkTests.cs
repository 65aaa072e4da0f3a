using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class ProtocolLinkTests
{
    [ToolTheory(Tool.Mosquitto | Tool.OpenSsl)]
    [InlineData("mqtt", "3.1.1", "p2")]
    [InlineData("mqtt", "5", "p5")]
    [InlineData("mqtts", "3.1.1", "p2")]
    [InlineData("mqtts", "5", "p5")]
    [InlineData("ws", "3.1.1", "p2")]
    [InlineData("ws", "5", "p5")]
    [InlineData("wss", "3.1.1", "p2")]
    [InlineData("wss", "5", "p5")]
    public async Task Link_OfEachSchemeAndVersion_CarriesMessages(string scheme, string version, string protocolInLog)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new()
        {
            Tls = scheme is "mqtts" or "wss",
            WebSockets = scheme is "ws" or "wss",
        });
        var url = broker.WebSocketPort is null ? broker.Url : broker.WebSocketUrl;
        await using var host = await LinkHost.ConnectAsync(
            broker, ("Url", url), ("ProtocolVersion", version), ("ClientId", "the-bridge"), ("KeepAliveSeconds", "77"));

        url.Should().StartWith($"{scheme}://");
        await broker.WaitForLogAsync($"as the-bridge ({protocolInLog}, c1, k77)");
        await host.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("3.1.1", false)]
    [InlineData("5", true)]
    public async Task Receive_RetainedWhilePublished_KeepsTheFlagWithMqtt5(string version, bool isRetained)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await broker.PublishAsync("before", "1", retain: true);
        await using var host = await LinkHost.ConnectAsync(broker, ("ProtocolVersion", version));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        await broker.PublishAsync("while", "2", retain: true);

        var before = await client.WaitForMessageAsync("before");
        (before.Retain, before.Source).Should().Be((true, MessageSource.Retained));
        (await client.WaitForMessageAsync("while")).Retain.Should().Be(isRetained);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_PropertiesOverMqtt311_IsRefusedRatherThanLost()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ProtocolVersion", "3.1.1"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await FluentActions.Awaiting(() => client.PublishAsync(
                new PublishRequest { BrokerKey = LinkHost.Key, Topic = "a", ContentType = "text/plain" }))
            .Should().ThrowAsync<Exception>().WithMessage($"*{ErrorCodes.RequestInvalid}: *MQTT 5*");
    }
}
