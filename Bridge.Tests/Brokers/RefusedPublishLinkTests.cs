using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using MQTTnet.Protocol;

namespace Bridge.Tests.Brokers;

/// <summary>What a broker's refusal is over HTTP: its status, its code, and the MQTT reason code.</summary>
public sealed class RefusedPublishLinkTests
{
    private const string Plain = """{"brokerKey":"plant","topic":"a","message":"1"}""";

    [Theory]
    [InlineData(0x80, 502, "broker_rejected")]
    [InlineData(0x83, 502, "broker_rejected")]
    [InlineData(0x87, 403, "broker_refused")]
    [InlineData(0x90, 502, "broker_rejected")]
    [InlineData(0x97, 429, "broker_quota")]
    [InlineData(0x99, 502, "broker_rejected")]
    public async Task Post_RefusedWithAReasonCode_HasItsStatusAndCode(int reasonCode, int status, string code)
    {
        await using var broker = await TestBroker.StartAsync(server => server.InterceptingPublishAsync += args =>
        {
            if (args.ApplicationMessage.Topic == "a")
                (args.Response.ReasonCode, args.ProcessPublish) = ((MqttPubAckReasonCode)reasonCode, false);
            return Task.CompletedTask;
        });
        await using var host = await StartAsync(broker.Url);

        using var one = await PostAsync(host, Plain);
        using var array = await PostAsync(host, $"[{Plain},{Plain.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)}]");

        await one.ShouldBeProblemAsync(status, code);
        ReasonCodeOf(await one.Content.ReadAsStringAsync()).Should().Be(reasonCode);
        (one.Headers.RetryAfter?.Delta is not null).Should().Be(status == 429, "only that passes by itself");
        var items = await PublishArrayTests.ReadAsync(array, 207);
        (items[0].GetProperty("status").GetInt32(), items[0].GetProperty("code").GetString()).Should().Be((status, code));
        ReasonCodeOf(items[0].GetRawText()).Should().Be(reasonCode);
        items[1].GetProperty("topic").GetString().Should().Be("b");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("max_packet_size 1000", "\"topic\":\"{900}\"", 413, "payload_too_large", 0x95)]
    [InlineData("retain_available false", "\"topic\":\"a\",\"retain\":true", 502, "broker_rejected", 0x9A)]
    public async Task Post_BeyondWhatTheBrokerSaidItTakes_IsToldAndTheLinkStays(string configuration, string members, int status, string code, int reasonCode)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = configuration });
        await using var host = await StartAsync(broker.Url);

        using var refused = await PostAsync(host, $$"""{"brokerKey":"plant","message":"1",{{members.Replace("{900}", new string('x', 960), StringComparison.Ordinal)}}}""");
        using var accepted = await PostAsync(host, Plain);

        await refused.ShouldBeProblemAsync(status, code);
        ReasonCodeOf(await refused.Content.ReadAsStringAsync()).Should().Be(reasonCode);
        ((int)accepted.StatusCode).Should().Be(200);
        (await host.GetBrokerAsync("plant")).LastError.Should().BeNull("the link never went down");
    }

    private static int ReasonCodeOf(string problem) => JsonSerializer.Deserialize<JsonElement>(problem).GetProperty("reasonCode").GetInt32();

    private static async Task<BridgeHost> StartAsync(string url)
    {
        var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", url));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        return host;
    }

    private static Task<HttpResponseMessage> PostAsync(BridgeHost host, string json) =>
        host.Client.PostAsync(new Uri("/publish", UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));
}
