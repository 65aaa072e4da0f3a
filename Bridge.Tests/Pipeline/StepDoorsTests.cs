using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline;

/// <summary>What a step makes of messages, as clients and a real broker see it.</summary>
public sealed class StepDoorsTests
{
    private static readonly Uri Publish = new("/publish", UriKind.Relative);

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_EachResult_IsWhatSubscribersAndReadersGet()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var step = new LambdaStep(message => message.Topic switch
        {
            "in/change" => StepResult.Change(message.WithText(message.GetText() + "!")),
            "in/drop" => StepResult.Drop,
            "in/reject" => StepResult.Reject("not this"),
            "in/split" => StepResult.Split([message with { Topic = "out/1" }, message with { Topic = "out/2" }]),
            "in/rename" => StepResult.Change(message with { Topic = "out/renamed" }),
            "in/reroute" => StepResult.Change(message with { Topic = "out/rerouted", BrokerKey = StepHost.OtherKey }),
            "in/throw" => throw new InvalidOperationException("broken"),
            _ => StepResult.Pass,
        });
        await using var host = await StepHost.StartAsync(broker, step, options => (options.Name, options.Topics) = ("all", ["in/#"]));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await client.SubscribeAsync(StepHost.OtherKey, "#");

        foreach (var topic in (string[])["change", "drop", "reject", "split", "rename", "reroute", "throw", "pass", "last"])
            await broker.PublishAsync($"in/{topic}", topic);
        await client.Messages.WaitForAsync(message => message.Topic == "in/last");
        await client.Messages.WaitForAsync(message => message.Topic == "out/rerouted");

        client.Messages.Items.Select(message => $"{message.BrokerKey} {message.Topic} {message.GetText()}").Should().BeEquivalentTo(
            "plant in/change change!", "plant out/1 split", "plant out/2 split", "plant out/renamed rename", "other out/rerouted reroute", "plant in/pass pass", "plant in/last last");
        var info = await host.StepAsync("all");
        info.Calls.Should().Equal(new Dictionary<string, long>
        {
            ["passed"] = 2,
            ["changed"] = 3,
            ["dropped"] = 1,
            ["split"] = 1,
            ["rejected"] = 1,
            ["failed"] = 1,
            ["overran"] = 0,
            ["suspended"] = 0,
        });
        (info.Kind, info.LastProblem!.Topic, info.LastProblem.Text).Should().Be(("code", "in/throw", "broken"));
        var last = await host.Client.GetFromJsonAsync<JsonElement>("/events?brokerKey=plant&topic=in/%23&format=message");
        last.EnumerateArray().Select(value => value.GetProperty("topic").GetString()).Should().Equal("in/change", "in/last", "in/pass");
        (info.MaxMicroseconds, info.MeanMicroseconds).Should().Match<(double Max, double Mean)>(times => times.Max > 0 && times.Mean > 0);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publishes_EachResult_IsWhatTheBrokerAndTheCallerGet()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var step = new LambdaStep((message, context) => context.Stage != StepStage.Publish ? StepResult.Pass : message.Topic switch
        {
            "set/change" => StepResult.Change(message with { Topic = "out/changed", ContentType = "text/x-set", UserProperties = [new("by", context.User ?? "nobody")] }),
            "set/drop" => StepResult.Drop,
            "set/reject" => StepResult.Reject("the valve is locked"),
            "set/split" => StepResult.Split([message with { Topic = "out/1" }, message with { Topic = "out/2", QualityOfService = QualityOfService.AtMostOnce }]),
            "set/reroute" => StepResult.Change(message with { BrokerKey = StepHost.OtherKey, Topic = "out/rerouted" }),
            "set/throw" => throw new InvalidOperationException("broken"),
            _ => StepResult.Pass,
        });
        await using var host = await StepHost.StartAsync(broker, step, options => options.Topics = ["set/#"]);
        await using var subscription = await broker.SubscribeAsync("#");

        (await PostAsync(host, "set/change")).Should().Be("200 success plant out/changed");
        (await PostAsync(host, "set/drop")).Should().Be("200 dropped plant set/drop");
        (await PostAsync(host, "set/reject")).Should().Be("422 step_rejected: the valve is locked");
        (await PostAsync(host, "set/split")).Should().Be("200 success plant out/1");
        (await PostAsync(host, "set/reroute")).Should().Be("200 success other out/rerouted");
        (await PostAsync(host, "set/throw")).Should().Be("422 step_rejected: Step 'LambdaStep' failed; it lets nothing past it then.");
        (await PostAsync(host, "set/pass")).Should().Be("200 success plant set/pass");
        await subscription.WaitForMessageAsync(message => message.Topic == "set/pass");

        subscription.Messages.Select(message => message.Topic).Where(topic => topic != "out/rerouted").Should().Equal("out/changed", "out/1", "out/2", "set/pass");
        subscription.Messages.Should().ContainSingle(message => message.Topic == "out/rerouted", "it went over another link, and may come before others");
        subscription.Messages[0].ContentType.Should().Be("text/x-set");
        subscription.Messages[0].UserProperties.Should().Contain("by:nobody").And.Contain("bridge-request:", "the stamp is put behind the steps");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var rejected = () => client.PublishAsync(LinkHost.Key, "set/reject", "1");
        (await rejected.Should().ThrowAsync<Microsoft.AspNetCore.SignalR.HubException>()).WithMessage("*step_rejected: the valve is locked");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Publishes_ManyAtATimeThroughAStep_LeaveInTheirOrder()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var step = new LambdaStep((message, context) => context.Stage == StepStage.Publish ? StepResult.Change(message.WithText(message.GetText() + "!")) : StepResult.Pass);
        await using var host = await StepHost.StartAsync(broker, step);
        await using var subscription = await broker.SubscribeAsync("many");
        var messages = Enumerable.Range(0, 500).Select(i => new { brokerKey = LinkHost.Key, topic = "many", message = $"{i}" });

        using var response = await host.Client.PostAsJsonAsync(Publish, messages);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        await subscription.WaitForMessageAsync(message => message.Text == "499!");
        subscription.Messages.Select(message => message.Text).Should().Equal(Enumerable.Range(0, 500).Select(i => $"{i}!"));
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Reads_EachResult_IsWhatReadersAreShown()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var step = new LambdaStep((message, context) => context.Stage != StepStage.Read ? StepResult.Pass : message.Topic switch
        {
            "r/change" => StepResult.Change(message.WithText(message.GetText() + "!")),
            "r/drop" => StepResult.Drop,
            "r/reject" => StepResult.Reject("not for reading"),
            "r/rename" => StepResult.Change(message with { Topic = "r/else" }),
            _ => StepResult.Pass,
        });
        await using var host = await StepHost.StartAsync(broker, step, options => options.Topics = ["r/#"]);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        foreach (var topic in (string[])["change", "drop", "reject", "rename", "pass"])
            await broker.PublishAsync($"r/{topic}", topic);
        await client.Messages.WaitForAsync(message => message.Topic == "r/pass");

        client.Messages.Items.Should().HaveCount(5, "subscribers get what is kept").And.Contain(message => message.GetText() == "change");
        (await GetAsync(host, "r/change")).Should().Be("200 \"change!\"");
        (await GetAsync(host, "r/drop")).Should().StartWith("404").And.Contain("no_message");
        (await GetAsync(host, "r/reject")).Should().StartWith("422").And.Contain("step_rejected").And.Contain("not for reading");
        (await GetAsync(host, "r/rename")).Should().StartWith("422").And.Contain("step_rejected");
        var list = await host.Client.GetFromJsonAsync<JsonElement>("/events?brokerKey=plant&topic=r/%23");
        list.EnumerateArray().Select(value => value.GetProperty("message").GetString()).Should().Equal("change!", "pass");
        var last = await client.GetLastAsync(new GetLastRequest { BrokerKey = LinkHost.Key, Topic = "r/change" });
        last.Messages.Single().GetText().Should().Be("change!");
        last.Messages.Single().Cursor.Should().NotBeNull();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Requests_ThroughAStep_AreOneMessageOrNone()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        var step = new LambdaStep((message, context) => context.Stage != StepStage.Publish ? StepResult.Pass
            : message.Topic == "ask/none" ? StepResult.Drop
            : message.Topic == "ask/two" ? StepResult.Split([message, message])
            : StepResult.Change(message with { Topic = "ask/real" }));
        await using var host = await StepHost.StartAsync(broker, step, options => options.Topics = ["ask/#"]);
        await using var responder = await Responder.StartAsync(broker.Port, "ask/real");

        using var reply = await host.Client.PostAsJsonAsync(new Uri("/request", UriKind.Relative), new { brokerKey = LinkHost.Key, topic = "ask/it", message = "1" });
        using var none = await host.Client.PostAsJsonAsync(new Uri("/request", UriKind.Relative), new { brokerKey = LinkHost.Key, topic = "ask/none", message = "1" });
        using var two = await host.Client.PostAsJsonAsync(new Uri("/request", UriKind.Relative), new { brokerKey = LinkHost.Key, topic = "ask/two", message = "1" });

        reply.StatusCode.Should().Be(HttpStatusCode.OK);
        ((int)none.StatusCode).Should().Be(422);
        ((int)two.StatusCode).Should().Be(422);
        responder.Requests.Items.Should().ContainSingle();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Arrivals_StepHangs_HoldsUpNoOtherTopic()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        using var hang = new ManualResetEventSlim();
        var step = new LambdaStep((message, context) =>
        {
            if (context.Stage == StepStage.Message)
                hang.Wait();
            return StepResult.Pass;
        });
        await using var host = await StepHost.StartAsync(broker, step, options => (options.Topics, options.TimeoutMilliseconds) = (["bad"], 100));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");

        await host.PublishAsync(Enumerable.Range(0, 10).SelectMany(i => new[] { ("bad", $"{i}"), ("good", $"{i}") }));

        await client.Messages.WaitForAsync(message => message.GetText() == "9");
        client.Messages.Items.Select(message => message.Topic).Should().OnlyContain(topic => topic == "good").And.HaveCount(10);
        await Eventually.HoldsAsync(async () => (await host.StepAsync("LambdaStep")) is { Calls: var calls, SuspendedTopics: 1 } && calls["overran"] == 3 && calls["suspended"] == 7);
        hang.Set();
        await Eventually.HoldsAsync(async () => (await host.StepAsync("LambdaStep")).Stuck == 0);
    }

    private static async Task<string> PostAsync(BridgeHost host, string topic)
    {
        using var response = await host.Client.PostAsJsonAsync(Publish, new { brokerKey = LinkHost.Key, topic, message = "1" });
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        return response.IsSuccessStatusCode
            ? $"{(int)response.StatusCode} {body.GetProperty("reason")} {body.GetProperty("brokerKey")} {body.GetProperty("topic")}"
            : $"{(int)response.StatusCode} {body.GetProperty("code")}: {body.GetProperty("detail")}";
    }

    private static async Task<string> GetAsync(BridgeHost host, string topic)
    {
        using var response = await host.Client.GetAsync(new Uri($"/events?brokerKey=plant&topic={topic}", UriKind.Relative));
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
    }
}
