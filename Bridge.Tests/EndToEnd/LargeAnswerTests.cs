using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>SignalR writes a large answer in several frames; what flows meanwhile must stand between its messages, not its frames.</summary>
public sealed class LargeAnswerTests
{
    private const int Answers = 40;
    private const int LargeTopics = 60;
    private const int PerSecond = 2000;
    private const string Flow = "flow/1";

    [ToolTheory(Tool.Mosquitto | Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task GetLast_HundredsOfKilobytesWhileMessagesFlow_AnswersAndLosesNothing(string protocol)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0\nset_tcp_nodelay true" });
        await using var host = await BridgeHost.StartAsync([.. BrokerSettings.Of("plant", broker), new("Bridge:FanOut:GatherMilliseconds", "0")]);
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var publisher = await HubClient.ConnectAsync(host.HubUrl);
        for (var i = 0; i < LargeTopics; i++)
            await publisher.PublishAsync("plant", $"large/{i}", new string('x', 5000));
        await host.WaitForBrokerAsync("plant", info => info.Topics == LargeTopics);
        await using var client = await NodeHubClient.ConnectAsync(host.HubUrl, protocol);
        await client.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = Flow });
        await using var numbers = await NumberStream.StartAsync(broker.Port, [Flow], PerSecond);

        for (var i = 0; i < Answers; i++)
        {
            var answer = await client.InvokeAsync("GetLast", new { brokerKey = "plant", topic = "large/#" });
            answer.GetProperty("messages").EnumerateArray().Sum(message => message.GetProperty("message").GetString()!.Length)
                .Should().Be(LargeTopics * 5000);
        }

        var published = (await numbers.StopAsync())[Flow];
        var last = (published - 1).ToString(CultureInfo.InvariantCulture);
        await client.WaitForEventAsync(happened => happened.Event == "Messages" && TextsIn(happened.Args[0]).Contains(last));
        client.Batches.Should().NotContain(batch => batch.EnumerateObject().Any(member => member.Name == "skipped"));
        client.Batches.SelectMany(TextsIn).Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(0, published));
    }

    private static IEnumerable<string> TextsIn(System.Text.Json.JsonElement batch) =>
        batch.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("message").GetString()!);
}
