using System.Text;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class PropertiesLinkTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_WithProperties_ReachesTheSubscriberWithAll()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await client.PublishAsync(new PublishRequest
        {
            BrokerKey = LinkHost.Key,
            Topic = "a",
            Payload = "21.5"u8.ToArray(),
            ContentType = "text/plain",
            UserProperties = [["unit", "°C"], ["unit", "K"]],
            ResponseTopic = "a/reply",
            CorrelationData = "id-1"u8.ToArray(),
            ExpirySeconds = 600,
            Retain = true,
        });

        var message = await subscription.WaitForMessageAsync();
        (message.Text, message.ContentType, message.ResponseTopic, message.CorrelationData)
            .Should().Be(("21.5", "text/plain", "a/reply", "id-1"));
        message.UserProperties.Should().StartWith("unit:°C unit:K bridge-request:");
        int.Parse(message.ExpirySeconds, System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(570, 600);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Receive_WithProperties_ReachesTheHubWithAll(bool messagePack)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var client = await HubClient.ConnectAsync(host.HubUrl, messagePack);
        await client.SubscribeAsync(LinkHost.Key, "#");

        string[] properties =
        [
            "-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "a/reply",
            "-D", "publish", "correlation-data", "id-1", "-D", "publish", "message-expiry-interval", "600",
            "-D", "publish", "user-property", "unit", "°C", "-D", "publish", "user-property", "unit", "K",
        ];
        await broker.PublishAsync("a", "21.5", extraArguments: properties);

        var message = await client.WaitForMessageAsync("a");
        (message.GetText(), message.ContentType, message.ResponseTopic).Should().Be(("21.5", "text/plain", "a/reply"));
        Encoding.UTF8.GetString(message.CorrelationData!.Value.Span).Should().Be("id-1");
        message.UserProperties.Should().Equal(new UserProperty("unit", "°C"), new UserProperty("unit", "K"));
        message.ExpiresAt.Should().BeCloseTo(message.ReceivedAt.AddSeconds(600), TimeSpan.FromSeconds(30));
    }
}
