using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Publishing;

/// <summary>Arrays of messages, as a subscriber of a real broker sees them.</summary>
public sealed class ArrayLinkTests
{
    private const int Count = 500;

    /// <param name="qualities">The qualities of service in turn.</param>
    /// <param name="run">How many messages in a row have the same.</param>
    /// <param name="mostInFlight">How many the broker takes at a time.</param>
    [ToolTheory(Tool.Mosquitto)]
    [InlineData("1", Count, 20)]
    [InlineData("1", Count, 1)]
    [InlineData("2", Count, 20)]
    [InlineData("10", 25, 5)]
    [InlineData("0121", 7, 1)]
    public async Task Post_ManyMessages_ArriveInTheOrderOfTheArray(string qualities, int run, int mostInFlight)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = $"max_inflight_messages {mostInFlight}" });
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", ""));
        // What it receives with QoS 0 the broker does not hold back.
        await using var subscription = await broker.SubscribeAsync("#", qos: 0);

        using var response = await PostAsync(host, Enumerable.Range(0, Count).Select(number =>
            Message(LinkHost.Key, "ordered", number, int.Parse(qualities.AsSpan(number / run % qualities.Length, 1), CultureInfo.InvariantCulture))));

        (await PublishArrayTests.ReadAsync(response, 200)).Should().HaveCount(Count);
        await ShouldArriveInOrderAsync(subscription);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Post_NothingIsAcknowledged_AllLeaveAndAreNeverSentAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_inflight_messages 600" });
        await using var proxy = new TcpProxy(broker.Port);
        await using var host = await LinkHost.ConnectAsync(broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}"), ("Topics", ""));
        await using var subscription = await broker.SubscribeAsync("#", qos: 0);
        var messages = Enumerable.Range(0, Count).Select(number => Message(LinkHost.Key, "ordered", number, 1)).ToList();

        proxy.LoseDownstream();
        var posting = PostAsync(host, messages, "k");
        await ShouldArriveInOrderAsync(subscription);
        var joining = PostAsync(host, messages, "k");
        posting.IsCompleted.Should().BeFalse();
        proxy.CloseAll();
        using var response = await posting;
        using var joined = await joining;
        proxy.Mend();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        using var again = await PostAsync(host, messages, "k");

        foreach (var answers in new[] { response, joined, again })
            (await PublishArrayTests.ReadAsync(answers, 207)).Should().HaveCount(Count).And.OnlyContain(
                answer => answer.GetProperty("code").GetString() == ErrorCodes.BrokerDisconnected);
        using var end = await PostAsync(host, [Message(LinkHost.Key, "end", 0, 1)]);
        await subscription.WaitForMessageAsync(message => message.Topic == "end");
        subscription.Messages.Should().HaveCount(Count + 1);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Post_OneBrokerDown_TheOthersGoAndARetryPublishesTheRest()
    {
        await using var up = await MosquittoBroker.StartNewAsync();
        await using var down = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(
            [.. BrokerSettings.Of("up", up, []), .. BrokerSettings.Of("down", down, [])]);
        await host.WaitForStateAsync("up", BrokerState.Connected);
        await host.WaitForStateAsync("down", BrokerState.Connected);
        await using var subscription = await up.SubscribeAsync("#");
        await down.StopAsync();
        await host.WaitForStateAsync("down", BrokerState.Disconnected);
        var messages = Enumerable.Range(0, 6).Select(number => Message(number % 2 == 0 ? "up" : "down", "a", number, 1)).ToList();

        using var first = await PostAsync(host, messages, "\"k\"");
        await down.StartAsync();
        await host.WaitForStateAsync("down", BrokerState.Connected);
        await using var late = await down.SubscribeAsync("#");
        using var second = await PostAsync(host, messages, "\"k\"");

        (await PublishArrayTests.ReadAsync(first, 207)).Select(answer => answer.TryGetProperty("code", out var code) ? code.GetString() : null)
            .Should().Equal(null, "broker_disconnected", null, "broker_disconnected", null, "broker_disconnected");
        await PublishArrayTests.ReadAsync(second, 200);
        using var end = await PostAsync(host, [Message("up", "end", 0, 1), Message("down", "end", 0, 1)]);
        await subscription.WaitForMessageAsync(message => message.Topic == "end");
        await late.WaitForMessageAsync(message => message.Topic == "end");
        subscription.Messages.Select(message => message.Text).Should().Equal("0", "2", "4", "0");
        late.Messages.Select(message => message.Text).Should().Equal("1", "3", "5", "0");
    }

    private static object Message(string brokerKey, string topic, int number, int qos) =>
        new { brokerKey, topic, message = number.ToString(CultureInfo.InvariantCulture), qos };

    private static async Task<HttpResponseMessage> PostAsync(BridgeHost host, IEnumerable<object> messages, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/publish", UriKind.Relative));
        request.Content = new StringContent(JsonSerializer.Serialize(messages), Encoding.UTF8, "application/json");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await host.Client.SendAsync(request);
    }

    private static async Task ShouldArriveInOrderAsync(MosquittoSubscription subscription)
    {
        await Eventually.HoldsAsync(() => subscription.Messages.Count >= Count);
        subscription.Messages.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(0, Count));
    }
}
