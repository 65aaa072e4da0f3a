using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>A message can be followed from its broker to its subscribers, and a publish from its caller to its broker.</summary>
[Collection(nameof(TraceTests))]
public sealed class TraceTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task Message_ThatIsFollowed_IsOneTraceFromReceiveToFlush()
    {
        const string key = "followed";
        using var traces = new Traces();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, key, traceOneIn: 1);
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl, messagePack: false);
        await hub.SubscribeAsync(key, "t/#");
        await using var stream = await EventStreamClient.OpenAsync(bridge.Client, $"/events?brokerKey={key}&topic=t/%23&format=stream");
        await stream.ReadUntilAsync("snapshot-complete");

        await broker.PublishAsync("t/1", "payload-that-no-trace-has", qos: 1);

        var receive = await traces.WaitForAsync("bridge receive", key, "t/1");
        var trace = await traces.WaitForTraceAsync(receive.TraceId, 7);
        trace.Select(activity => activity.OperationName).Should().BeEquivalentTo(
            "bridge receive", "bridge sequence", "bridge gather", "bridge encode", "bridge encode", "bridge flush", "bridge flush");
        var (sequence, gather) = (Single(trace, "bridge sequence"), Single(trace, "bridge gather"));
        receive.ParentSpanId.Should().Be(default(ActivitySpanId));
        sequence.ParentSpanId.Should().Be(receive.SpanId);
        gather.ParentSpanId.Should().Be(receive.SpanId);
        trace.Where(activity => activity.OperationName is "bridge encode" or "bridge flush").Should().OnlyContain(activity => activity.ParentSpanId == gather.SpanId);
        gather.StartTimeUtc.Should().BeOnOrAfter(receive.StartTimeUtc);
        foreach (var encode in trace.Where(activity => activity.OperationName == "bridge encode"))
            encode.StartTimeUtc.Should().BeOnOrAfter(End(gather));
        foreach (var flush in trace.Where(activity => activity.OperationName == "bridge flush"))
            End(flush).Should().BeOnOrAfter(trace.Where(activity => activity.OperationName == "bridge encode").Min(End));
        trace.Where(activity => activity.OperationName == "bridge flush").Select(flush => flush.GetTagItem("bridge.connection")).Should().OnlyHaveUniqueItems();
        receive.TagObjects.Should().Contain(new Dictionary<string, object?> { ["messaging.system"] = "mqtt", ["messaging.message.body.size"] = 25, ["mqtt.qos"] = 1 });
        trace.SelectMany(activity => activity.TagObjects).Should().NotContain(tag => $"{tag.Value}".Contains("payload-that"));
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(0, 0)]
    [InlineData(3, 2)]
    public async Task Messages_OneInSoMany_AreFollowed(int traceOneIn, int expected)
    {
        var key = $"one-in-{traceOneIn}";
        using var traces = new Traces();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, key, traceOneIn);
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl);
        await hub.SubscribeAsync(key, "#");

        for (var i = 0; i < 6; i++)
        {
            await broker.PublishAsync($"t/{i}", "1");
            await hub.WaitForMessageAsync($"t/{i}");
        }

        traces.Of("bridge receive", key).Should().HaveCount(expected);
        var followed = traces.Of("bridge receive", key).Select(activity => activity.TraceId).ToHashSet();
        traces.Of("bridge publish", key).Should().BeEmpty();
        followed.Should().HaveCount(expected, "each is a trace of its own");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Connections_MoreThanAreFollowed_AreLeftOut()
    {
        const string key = "crowd";
        using var traces = new Traces();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, key, traceOneIn: 1);
        var hubs = new List<HubClient>();
        for (var i = 0; i < 12; i++)
        {
            hubs.Add(await HubClient.ConnectAsync(bridge.HubUrl));
            await hubs[i].SubscribeAsync(key, "#");
        }

        await broker.PublishAsync("t", "1");

        foreach (var hub in hubs)
            await hub.WaitForMessageAsync("t");
        var receive = await traces.WaitForAsync("bridge receive", key, "t");
        var trace = await traces.WaitForTraceAsync(receive.TraceId, 14);
        trace.Count(activity => activity.OperationName == "bridge flush").Should().Be(10);
        foreach (var hub in hubs)
            await hub.DisposeAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_WithinARecordedTrace_TakesItThroughTheBrokerAndBack()
    {
        const string key = "there-and-back";
        using var traces = new Traces();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, key, traceOneIn: 1);
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl);
        await hub.SubscribeAsync(key, "t");
        var caller = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        await PublishAsync(bridge, key, caller);

        var publish = await traces.WaitForAsync("bridge publish", key, "t");
        var receive = await traces.WaitForAsync("bridge receive", key, "t");
        // The host may have an activity of its own between the two.
        publish.TraceId.Should().Be(caller.TraceId);
        publish.ParentSpanId.Should().NotBe(default(ActivitySpanId));
        (receive.TraceId, receive.ParentSpanId).Should().Be((caller.TraceId, publish.SpanId));
        publish.GetTagItem("bridge.result").Should().Be("success");
        var message = await hub.WaitForMessageAsync("t");
        message.UserProperties.Should().ContainSingle(property => property.Name == "traceparent").Which.Value.Should().Be(publish.Id);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_WithinATraceThatNobodyRecords_IsNotToldAndTellsNobody()
    {
        const string key = "not-recorded";
        using var traces = new Traces();
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var bridge = await StartAsync(broker, key, traceOneIn: 1);
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl);
        await hub.SubscribeAsync(key, "t");

        await PublishAsync(bridge, key, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None));

        (await hub.WaitForMessageAsync("t")).UserProperties.Should().NotContain(property => property.Name == "traceparent");
        traces.Of("bridge publish", key).Should().BeEmpty();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publish_ThatFails_IsAnErrorInItsTrace()
    {
        const string key = "fails";
        using var traces = new Traces();
        await using var bridge = await BridgeHost.StartAsync(
            ($"Bridge:Brokers:{key}:Url", $"mqtt://127.0.0.1:{LoopbackPort.Find()}"), ("Bridge:Diagnostics:TraceOneIn", "1"));
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl);

        await FluentActions.Awaiting(() => hub.PublishAsync(key, "t", "1")).Should().ThrowAsync<Exception>();

        var publish = await traces.WaitForAsync("bridge publish", key, "t");
        (publish.Status, publish.StatusDescription).Should().Be((ActivityStatusCode.Error, ErrorCodes.BrokerDisconnected));
    }

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker, string key, int traceOneIn)
    {
        var bridge = await BridgeHost.StartAsync(($"Bridge:Brokers:{key}:Url", broker.Url), ("Bridge:Diagnostics:TraceOneIn", $"{traceOneIn}"));
        await bridge.WaitForStateAsync(key, BrokerState.Connected);
        return bridge;
    }

    private static async Task PublishAsync(BridgeHost bridge, string key, ActivityContext caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/publish?brokerKey={key}&topic=t") { Content = new StringContent("1") };
        request.Headers.Add("traceparent", $"00-{caller.TraceId}-{caller.SpanId}-0{(int)caller.TraceFlags}");
        (await bridge.Client.SendAsync(request)).EnsureSuccessStatusCode().Dispose();
    }

    private static Activity Single(List<Activity> trace, string name) => trace.Single(activity => activity.OperationName == name);

    private static DateTime End(Activity activity) => activity.StartTimeUtc + activity.Duration;
}
