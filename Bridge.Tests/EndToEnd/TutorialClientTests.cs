using Bridge.Contracts;
using Bridge.Tests.EndToEnd.Doors;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A client that was written for an Express gateway works unchanged.</summary>
public sealed class TutorialClientTests
{
    private const string Started = """{"command":"start","speed":1.5,"note":"é 😀"}""";
    private const string Stopped = """{"command":"stop"}""";

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task TutorialClient_PollingAndPublishing_WorksUnchanged()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var subscription = await broker.SubscribeAsync("#");
        // As a device writes it; the client sees the value, not the white space.
        await broker.PublishAsync("plant/1/state", """{ "command": "none" }""");

        var run = await RunAsync(host.Url, "plant", "plant/1/state");

        run.EnsureSuccess();
        run.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal("""{"command":"none"}""", Started, Stopped);
        await subscription.WaitForMessageAsync(message => message.Text == Stopped);
        subscription.Messages.Skip(1).Select(message => message.Text).Should().Equal(Started, Stopped);
    }

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task TutorialClient_BrokerGone_IsToldByStatus()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await broker.PublishAsync("plant/1/state", "{}");
        await host.WaitForBrokerAsync("plant", info => info.Topics == 1);
        await broker.StopAsync();
        await host.WaitForStateAsync("plant", BrokerState.Disconnected);

        var run = await RunAsync(host.Url, "plant", "plant/1/state");

        run.ExitCode.Should().Be(1);
        run.Text.Should().Be("{}\n", "the last value can still be read");
        run.Errors.Should().Contain("Publish failed: 503").And.Contain("broker_disconnected");
    }

    [ToolFact(Tool.Mosquitto | Tool.Node)]
    public async Task Events_AnyText_IsWrittenAsJsonStringifyDoes()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        var ascii = string.Concat(Enumerable.Range(0, 0x80).Select(code => (char)code));
        var payload = Payload.Of($"{ascii} é \u0085 \u2028 \ufeff \uffff 漢 😀 <script>");
        await broker.PublishAsync("text", payload.Bytes);
        await host.WaitForBrokerAsync("plant", info => info.Topics == 1);

        var body = await host.Client.GetByteArrayAsync(new Uri("/events?brokerKey=plant&topic=text", UriKind.Relative));

        const string Stringify = "process.stdout.write(JSON.stringify(require('fs').readFileSync(0, 'utf8')))";
        var node = await ProcessRun.RunAsync(Support.Tools.Node, ["-e", Stringify], payload.Bytes);
        System.Text.Encoding.UTF8.GetString(body).Should().Be(node.EnsureSuccess().Text);
    }

    private static Task<ProcessRun> RunAsync(params string[] arguments) =>
        ProcessRun.RunAsync(Support.Tools.Node, [Path.Combine(NodeClient.Folder, "tutorial-client.mjs"), .. arguments]);
}
