using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server;
using Bridge.Server.Access;
using Bridge.Server.Pipeline;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Bridge.Tests.Pipeline;

/// <summary>What stays as it was where steps stand in between.</summary>
public sealed class StepGuaranteesTests
{
    private static readonly Uri Publish = new("/publish", UriKind.Relative);

    [ToolFact(Tool.Mosquitto)]
    public async Task Stop_MessagesAreInAStep_ReachSubscribersBeforeTheirConnectionEnds()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var inStep = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        var step = new LambdaStep(async (message, context) =>
        {
            inStep.TrySetResult();
            await gate.Task;
            return StepResult.Pass;
        });
        await using var host = await StepHost.StartAsync(broker, [], services =>
        {
            services.AddSingleton(step);
            new BridgeBuilder(services).AddStep<LambdaStep>(options => (options.Topics, options.TimeoutMilliseconds) = (["slow"], 10_000));
            // A part of it is what steps have.
            services.PostConfigure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        });
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await broker.PublishAsync("slow", "1");
        await broker.PublishAsync("slow", "2");
        await inStep.Task.WaitAsync(Eventually.DefaultTimeout);

        var stopping = host.StopAsync();
        await Eventually.HoldsAsync(async () => !(await host.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode);
        gate.SetResult();
        await stopping;

        await client.Messages.WaitForAsync(message => message.GetText() == "2");
        client.Messages.Items.Select(message => message.GetText()).Should().Equal("1", "2");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_StepsWaitByChance_KeepEachTopicsOrderAndLoseNothing()
    {
        const int Topics = 20;
        const int Each = 100;
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        var step = new LambdaStep(async (message, context) =>
        {
            if (context.Stage == StepStage.Message && Random.Shared.Next(3) == 0)
                await Task.Yield();
            return Random.Shared.Next(2) == 0 ? StepResult.Pass : StepResult.Split([message]);
        });
        await using var host = await StepHost.StartAsync(broker, step);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        await host.PublishAsync(Enumerable.Range(0, Topics * Each).Select(i => ($"t/{i % Topics}", $"{i / Topics}")));

        await Eventually.HoldsAsync(() => client.Messages.Items.Count == Topics * Each, describe: () => $"{client.Messages.Items.Count} came");
        foreach (var topic in client.Messages.Items.GroupBy(message => message.Topic))
            topic.Select(message => message.GetText()).Should().Equal(Enumerable.Range(0, Each).Select(i => $"{i}"), topic.Key);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_MoreWaitThanMay_AreCountedAndToldAsAGap()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var (isHeld, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var step = new LambdaStep(async (message, context) =>
        {
            isHeld.TrySetResult();
            await gate.Task;
            return StepResult.Pass;
        });
        await using var host = await StepHost.StartAsync(broker, [("QueueMessages", "5")], services =>
        {
            services.AddSingleton(step);
            new BridgeBuilder(services).AddStep<LambdaStep>(options => (options.Topics, options.TimeoutMilliseconds) = (["slow"], 60_000));
        });
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var before = await client.SubscribeAsync(LinkHost.Key, "#");

        await broker.PublishAsync("slow", "0");
        await isHeld.Task.WaitAsync(Eventually.DefaultTimeout);
        for (var i = 1; i < 10; i++)
            await broker.PublishAsync("slow", $"{i}");
        await broker.PublishAsync("quick", "now");
        await client.WaitForMessageAsync("quick");
        await Eventually.HoldsAsync(async () => await LaneAsync() is { Waiting: 2, LeftOut: 8 });
        gate.SetResult();

        await Eventually.HoldsAsync(async () => await LaneAsync() is { Waiting: 0, LeftOut: 8 });
        await client.WaitForMessageAsync("slow", message => message.GetText() == "9");
        client.Messages.Items.Where(message => message.Topic == "slow").Select(message => message.GetText()).Should().Equal("0", "9");
        await using var other = await HubClient.ConnectAsync(host.HubUrl);
        (await other.SubscribeAsync(new SubscribeRequest { BrokerKey = LinkHost.Key, Topic = "#", ResumeFrom = before.Cursor })).Gap.Should().BeTrue();

        async Task<StepLaneInfo> LaneAsync() => (await host.StepsAsync()).Lanes.Single(lane => lane is { BrokerKey: LinkHost.Key, On: "message" });
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publishes_ToBrokersThatAreNone_LeaveNothingBehind()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, new LambdaStep(_ => StepResult.Pass));

        for (var i = 0; i < 20; i++)
        {
            using var response = await host.Client.PostAsJsonAsync(Publish, new { brokerKey = $"none-{i}", topic = "t", message = "1" });
            ((int)response.StatusCode).Should().Be(404);
        }

        host.Services.GetRequiredService<StepPipeline>().Lanes.Should().OnlyContain(lane => lane.BrokerKey == LinkHost.Key || lane.BrokerKey == StepHost.OtherKey);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publishes_WithAKeyThatAStepRejects_LeaveTheKeyFree()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var isLocked = true;
        var calls = 0;
        await using var host = await StepHost.StartAsync(broker, new LambdaStep((message, context) =>
        {
            if (context.Stage != StepStage.Publish)
                return StepResult.Pass;
            calls++;
            return isLocked ? StepResult.Reject("locked") : StepResult.Change(message with { Topic = "renamed" });
        }));
        await using var subscription = await broker.SubscribeAsync("#");

        (await StatusAsync()).Should().Be(422);
        isLocked = false;
        (await StatusAsync()).Should().Be(200);
        (await StatusAsync()).Should().Be(200);

        await subscription.WaitForMessageAsync();
        calls.Should().Be(2, "a receipt is repeated without another publish");
        subscription.Messages.Should().ContainSingle().Which.Topic.Should().Be("renamed");
        host.Logs.Entries.Items.Where(entry => entry.Category == AuditLog.Category).Select(entry => entry.Message).Should().SatisfyRespectively(
            rejected => rejected.Should().EndWith("step_rejected"), went => went.Should().EndWith("success, as 'renamed' on broker 'plant'"));

        async Task<int> StatusAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Publish) { Content = JsonContent.Create(new { brokerKey = LinkHost.Key, topic = "t", message = "1" }) };
            request.Headers.Add("Idempotency-Key", "once");
            using var response = await host.Client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Reads_OfManyValues_AreAllProcessedInTheirOrder()
    {
        const int Many = 1200;
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StepHost.StartAsync(broker, new LambdaStep((message, context) =>
            context.Stage == StepStage.Read ? StepResult.Change(message.WithText(message.GetText() + "!")) : StepResult.Pass));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        using var response = await host.Client.PostAsJsonAsync(
            Publish, Enumerable.Range(0, Many).Select(i => new { brokerKey = LinkHost.Key, topic = $"t/{i:0000}", message = $"{i}" }));
        await Eventually.HoldsAsync(() => client.Messages.Items.Count == Many);

        var list = await host.Client.GetFromJsonAsync<JsonElement>("/events?brokerKey=plant&topic=t/%23");

        list.EnumerateArray().Select(value => value.GetProperty("message").GetString()).Should().Equal(Enumerable.Range(0, Many).Select(i => $"{i}!"));
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Steps_ForWhoIsNoAdministrator_AreNotShown()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var settings = BrokerSettings.Of(LinkHost.Key, broker).Concat(
        [
            new("Bridge:Access:Anonymous", "viewer"),
            new("Bridge:Access:Roles:viewer:Allow:0:Actions:0", "read"),
            new("Bridge:Access:Roles:viewer:Allow:0:Broker", "*"),
            new("Bridge:Access:Roles:viewer:Allow:0:Topics:0", "#"),
        ]);
        await using var host = await BridgeHost.StartAsync(settings);

        using var response = await host.Client.GetAsync(new Uri("/steps", UriKind.Relative));

        ((int)response.StatusCode).Should().Be(403);
    }

    [Fact]
    public void ToRequest_OfAChangedMessage_KeepsWhatTheStepDidNotTouch()
    {
        var now = DateTimeOffset.UnixEpoch;
        var request = new PublishRequest
        {
            BrokerKey = "plant",
            Topic = "t",
            Payload = new byte[] { 1 },
            Retain = true,
            ContentType = "a/b",
            UserProperties = [["x", "y"]],
            ResponseTopic = "r",
            CorrelationData = new byte[] { 2 },
            ExpirySeconds = 100,
            Durable = true,
            IdempotencyKey = "k",
        };
        var message = request.ToMessage(now);

        var payload = new byte[] { 3 };
        (message with { Payload = payload }).ToRequest(request, message, now).Should().Be(request with { Payload = payload });
        (message with { ExpiresAt = now.AddSeconds(1.5) }).ToRequest(request, message, now).ExpirySeconds.Should().Be(2);
        (message with { ExpiresAt = now.AddSeconds(-1) }).ToRequest(request, message, now).ExpirySeconds.Should().Be(1);
        (message with { ExpiresAt = null }).ToRequest(request, message, now).ExpirySeconds.Should().BeNull();
        (message with { UserProperties = [new("p", "q")] }).ToRequest(request, message, now).UserProperties.Should().BeEquivalentTo(new string[][] { ["p", "q"] });
    }
}
