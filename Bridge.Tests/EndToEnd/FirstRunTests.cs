using System.Globalization;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>The server as a process of its own, with the broker that is inside it.</summary>
public sealed class FirstRunTests
{
    [Fact]
    public async Task Start_WithDemo_MovesItsTopics()
    {
        await using var bridge = await BridgeProcess.StartAsync(Embedded(LoopbackPort.Find(), demo: true));
        await using var client = await HubClient.ConnectAsync(bridge.HubUrl);
        await client.SubscribeAsync("embedded", "demo/#");

        var first = await client.WaitForMessageAsync("demo/press/temperature");
        await client.WaitForMessageAsync("demo/press/temperature", message => message.ReceivedAt > first.ReceivedAt);
        double.Parse(first.GetText(), CultureInfo.InvariantCulture).Should().BeInRange(0, 200);
        var state = await client.WaitForMessageAsync("demo/oven/state");
        JsonDocument.Parse(state.Payload).RootElement.GetProperty("running").ValueKind
            .Should().BeOneOf(JsonValueKind.True, JsonValueKind.False);
        (await bridge.StopAsync()).Should().Be(0);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("mqttv5")]
    [InlineData("mqttv311")]
    public async Task MosquittoPub_ToTheEmbeddedBroker_ReachesTheHub(string version)
    {
        var port = LoopbackPort.Find();
        await using var bridge = await BridgeProcess.StartAsync(Embedded(port));
        await using var client = await HubClient.ConnectAsync(bridge.HubUrl);
        await client.SubscribeAsync("embedded", "#");
        await Eventually.HoldsAsync(async () => await IsReadyAsync(bridge));

        string[] address = ["-V", version, "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)];
        string[] message = ["-t", "hello", "-m", "wörld", "-q", "1"];
        (await ProcessRun.RunAsync(Support.Tools.MosquittoPub, [.. address, .. message])).EnsureSuccess();

        (await client.WaitForMessageAsync("hello")).GetText().Should().Be("wörld");
        await using var subscriber = ChildProcess.Start(
            Support.Tools.MosquittoSub, [.. address, "-t", "back", "-C", "1"]);
        await Eventually.HoldsAsync(async () =>
        {
            await client.PublishAsync("embedded", "back", "there");
            return subscriber.Output.Items.Contains("there");
        });
    }

    [Fact]
    public async Task Start_WithEmbeddedBroker_AnswersOverHttp()
    {
        await using var bridge = await BridgeProcess.StartAsync(Embedded(LoopbackPort.Find()));
        await Eventually.HoldsAsync(async () => await IsReadyAsync(bridge));

        using var published = await bridge.Client.PostAsync(
            new Uri("/publish?brokerKey=embedded&topic=a", UriKind.Relative), new StringContent("1"));
        ((int)published.StatusCode).Should().Be(200);
        await Eventually.HoldsAsync(async () =>
        {
            using var response = await bridge.Client.GetAsync(new Uri("/events?brokerKey=embedded&topic=a", UriKind.Relative));
            return response.IsSuccessStatusCode && await response.Content.ReadAsStringAsync() == "\"1\"";
        });
    }

    private static Dictionary<string, string?> Embedded(int port, bool demo = false) => new()
    {
        ["Bridge:EmbeddedBroker:Enabled"] = "true",
        ["Bridge:EmbeddedBroker:Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Bridge:EmbeddedBroker:Demo"] = demo ? "true" : "false",
    };

    private static async Task<bool> IsReadyAsync(BridgeProcess bridge)
    {
        using var response = await bridge.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return response.IsSuccessStatusCode;
    }
}
