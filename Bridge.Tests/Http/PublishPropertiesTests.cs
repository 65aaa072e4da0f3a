using System.Globalization;
using System.Text;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

public sealed class PublishPropertiesTests
{
    private const string Request = """
        {
          "brokerKey": "plant", "topic": "a/ü", "messageBase64": "AP8=", "qos": 2, "retain": true, "contentType": "text/x",
          "userProperties": [["unit", "°C"]], "responseTopic": "answers", "correlationData": "aWQ=", "expirySeconds": 600
        }
        """;

    private static readonly byte[] Binary = [0, 255];

    [ToolFact(Tool.Mosquitto)]
    public async Task Post_EveryProperty_ReachesARealBroker()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        await using var subscription = await broker.SubscribeAsync("#", qos: 2);

        using var response = await PostAsync(host);

        ((int)response.StatusCode).Should().Be(200, await response.Content.ReadAsStringAsync());
        var received = await subscription.WaitForMessageAsync();
        (received.Topic, received.Qos, received.ContentType).Should().Be(("a/ü", 2, "text/x"));
        received.Payload.Should().Equal(Binary);
        (received.ResponseTopic, received.CorrelationData).Should().Be(("answers", "id"));
        int.Parse(received.ExpirySeconds, CultureInfo.InvariantCulture).Should().BeInRange(570, 600, "the broker counts the seconds");
        received.UserProperties.Should().StartWith("unit:°C bridge-request:");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Post_PropertiesToAnOlderBroker_AreRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, ("Bridge:Brokers:plant:ProtocolVersion", "3.1.1"));

        using var refused = await PostAsync(host);
        // The content type of a raw body is not asked for; it is left out.
        using var accepted = await host.Client.PostAsync(new Uri("/publish?brokerKey=plant&topic=a", UriKind.Relative), new StringContent("1"));

        (await refused.ShouldBeProblemAsync(400, "request_invalid")).Should().Contain("MQTT 5");
        ((int)accepted.StatusCode).Should().Be(200);
    }

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker, params (string Key, string? Value)[] settings)
    {
        var host = await BridgeHost.StartAsync([("Bridge:Brokers:plant:Url", broker.Url), .. settings]);
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        return host;
    }

    private static Task<HttpResponseMessage> PostAsync(BridgeHost host) =>
        host.Client.PostAsync(new Uri("/publish", UriKind.Relative), new StringContent(Request, Encoding.UTF8, "application/json"));
}
