using System.Buffers;
using System.Globalization;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Server.Publishing;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Bridge.Tests.Brokers;

/// <summary>Requests over a real broker to a real responder.</summary>
public sealed class ReplyLinkTests
{
    private const string ClientId = "the-bridge";

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_WithLittlePatienceOnAFullLink_LeavesTheLinkToOthers()
    {
        // One message may be unacknowledged.
        await using var broker = await MosquittoBroker.StartNewAsync(new MosquittoOptions { ExtraConfiguration = "max_inflight_messages 1" });
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var responder = await Responder.StartAsync(broker.Port, "ask", (self, request) => self.ReplyAsync(request, "yes"u8.ToArray()));
        await using var client = await BridgeClient.ConnectAsync(host.HubUrl);
        await client.RequestAsync(LinkHost.Key, "ask", "1");

        await broker.FreezeAsync();
        var hasty = client.RequestAsync(LinkHost.Key, "ask", "2", TimeSpan.FromSeconds(0.3));
        (await hasty.Awaiting(request => request).Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(ErrorCodes.PublishTimeout);
        await broker.ThawAsync();

        (await client.PublishAsync(LinkHost.Key, "after", "1")).Reason.Should().Be(PublishReason.Success);
        (await host.GetBrokerAsync(LinkHost.Key)).LastError.Should().BeNull();
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Request_Answered_IsTheReplysEnvelope(bool messagePack, int qos)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var responder = await Responder.StartAsync(broker.Port, "ask/+", (self, request) => self.ReplyAsync(request, [0, 0xFF], reply =>
        {
            reply.ContentType = "text/x-answer";
            reply.UserProperties = [new MqttUserProperty("unit", "C"u8.ToArray())];
        }));
        await using var client = await HubClient.ConnectAsync(host.HubUrl, messagePack);
        var began = DateTimeOffset.UtcNow;

        var reply = await client.RequestAsync(new ReplyRequest
        {
            BrokerKey = LinkHost.Key,
            Topic = "ask/1",
            Payload = "how warm?"u8.ToArray(),
            QualityOfService = (QualityOfService)qos,
            ContentType = "text/plain",
            UserProperties = [["to", "you"]],
            TimeoutSeconds = 12.5,
        });

        (reply with { ReceivedAt = default, Payload = default, UserProperties = [], Topic = "" }).Should().Be(new BridgeMessage
        {
            BrokerKey = LinkHost.Key,
            QualityOfService = QualityOfService.AtLeastOnce,
            ContentType = "text/x-answer",
        }, "neither cursor nor the bridge's correlation data are in it");
        reply.Payload.ToArray().Should().Equal(0, 0xFF);
        reply.UserProperties.Should().Equal(new UserProperty("unit", "C"));
        reply.ReceivedAt.Should().BeCloseTo(began, Eventually.DefaultTimeout);
        var request = responder.Requests.Items.Should().ContainSingle().Subject;
        reply.Topic.Should().Be(request.ResponseTopic).And.StartWith("bridge/replies/");
        request.ConvertPayloadToString().Should().Be("how warm?");
        request.ContentType.Should().Be("text/plain");
        request.UserProperties.Select(property => property.Name).Should().Equal("to", Stamp.Request);
        request.UserProperties[0].ReadValueAsString().Should().Be("you");
        request.CorrelationData.Should().HaveCount(16);
        request.MessageExpiryInterval.Should().BeInRange(8, 13, "nobody shall work for somebody who has gone");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("", 1)]
    [InlineData(null, 0)]
    public async Task Request_ThousandsAtOnce_EachGetsItsOwnReplyOverOneSubscription(string? topics, int subscriptions)
    {
        const int Count = 2_000;
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        await using var host = await BridgeHost.StartAsync(
            BrokerSettings.Of(LinkHost.Key, broker, ("ClientId", ClientId), ("Topics", topics)).Append(new("Bridge:Limits:RequestsPerUser", "0")));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        // All are on their way before the first is answered, and the last is answered first.
        await using var responder = await Responder.StartAsync(broker.Port, "ask/+", async (self, request) =>
        {
            if (self.Requests.Items is { Count: Count } requests)
                await Task.WhenAll(requests.Reverse().Select(each => self.ReplyAsync(each, [.. "re: "u8, .. each.Payload.ToArray()], Unacknowledged)));
        });
        var clients = await Task.WhenAll(Enumerable.Range(0, 2).Select(index => HubClient.ConnectAsync(host.HubUrl, messagePack: index > 0)));

        var replies = await Task.WhenAll(Enumerable.Range(0, Count).Select(async number =>
            (Number: number, Reply: await clients[number % clients.Length].RequestAsync(LinkHost.Key, $"ask/{number % 7}", Text(number)))));

        replies.Should().OnlyContain(answered => answered.Reply.GetText() == $"re: {answered.Number}");
        broker.Log.Where(line => line.Contains($"{ClientId} 1 bridge/replies/")).Should().HaveCount(subscriptions);
        var info = await host.GetBrokerAsync(LinkHost.Key);
        (info.RepliesLate, info.RequestsWaiting).Should().Be((0, 0));
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_RepliedTooLateOrTwiceOrToNobody_IsCountedAndNobodyGetsIt()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var responder = await Responder.StartAsync(broker.Port, "ask/+", (self, request) => request.Topic switch
        {
            "ask/never" => Task.CompletedTask,
            "ask/twice" => Task.WhenAll(self.ReplyAsync(request, "1"u8.ToArray()), self.ReplyAsync(request, "2"u8.ToArray())),
            _ => self.ReplyAsync(request, request.Payload.ToArray()),
        });
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        var waiting = client.RequestAsync(LinkHost.Key, "ask/never", "still waits");

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask/never", "late", timeoutSeconds: 2), ErrorCodes.ReplyTimeout, "2 s");
        var late = await responder.Requests.WaitForAsync(request => request.ConvertPayloadToString() == "late");
        await responder.ReplyAsync(late, "late"u8.ToArray());
        await responder.ReplyAsync(late, "to nobody"u8.ToArray(), reply => reply.CorrelationData = null);
        await responder.ReplyAsync(late, "to nobody"u8.ToArray(), reply => reply.CorrelationData = new byte[16]);
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RepliesLate == 3);
        (await client.RequestAsync(LinkHost.Key, "ask/twice", "")).GetText().Should().BeOneOf("1", "2");
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RepliesLate == 4);

        waiting.IsCompleted.Should().BeFalse();
        var first = responder.Requests.Items.First(request => request.ConvertPayloadToString() == "still waits");
        await responder.ReplyAsync(first, "its own"u8.ToArray());
        (await waiting).GetText().Should().Be("its own");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(null)]
    [InlineData("own/replies")]
    public async Task Request_Replied_IsSeenByNobodyElse(string? responseTopic)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ResponseTopic", responseTopic));
        await using var responder = await Responder.StartAsync(
            broker.Port, "ask", (self, request) => self.ReplyAsync(request, "secret"u8.ToArray(), reply => reply.Retain = true));
        await using var watcher = await HubClient.ConnectAsync(host.HubUrl);
        await watcher.SubscribeAsync(LinkHost.Key, "#");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        var reply = await client.RequestAsync(LinkHost.Key, "ask", "1");
        await client.PublishAsync(LinkHost.Key, "end", "1");
        await watcher.WaitForMessageAsync("end");

        reply.Topic.Should().Match(topic => topic == responseTopic || (responseTopic == null && topic.StartsWith("bridge/replies/")));
        watcher.Messages.Items.Select(message => message.Topic).Should().Equal("ask", "end");
        (await host.GetBrokerAsync(LinkHost.Key)).Topics.Should().Be(2);
        using var shown = await host.Client.GetAsync(new Uri($"/events?brokerKey=plant&topic={reply.Topic}", UriKind.Relative));
        ((int)shown.StatusCode).Should().Be(404);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_OverMqtt311_IsRefused()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("ProtocolVersion", "3.1.1"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1"), ErrorCodes.RequestInvalid, "*MQTT 5*3.1.1*");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("")]
    [InlineData(null)]
    public async Task Request_WhereNobodyListens_FailsAtOnceWhereTheBrokerKnows(string? topics)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", topics));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        // Where the bridge itself listens on everything, somebody does.
        var (seconds, detail) = topics is not null ? (300, "knows nobody who listens on 'ask'") : (2, "No reply came within 2 s");
        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1", seconds), ErrorCodes.ReplyTimeout, detail);

        await using var responder = await Responder.StartAsync(broker.Port, "ask");
        (await client.RequestAsync(LinkHost.Key, "ask", "2")).GetText().Should().Be("2");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_LinkGoesDownAndComesBack_FailsAtOnceAndWorksAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", ""), ("ClientId", ClientId));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await using (var responder = await Responder.StartAsync(broker.Port, "ask", (_, _) => Task.CompletedTask))
        {
            var waiting = client.RequestAsync(LinkHost.Key, "ask", "1", timeoutSeconds: 300);
            await responder.Requests.WaitForAsync(_ => true);
            await broker.KillAsync();
            await ShouldFailAsync(() => waiting, ErrorCodes.BrokerDisconnected, "went down");
        }

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1"), ErrorCodes.BrokerDisconnected, "is down");
        await broker.StartAsync();
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        await using var again = await Responder.StartAsync(broker.Port, "ask");
        (await client.RequestAsync(LinkHost.Key, "ask", "2")).GetText().Should().Be("2");
        broker.Log.Where(line => line.Contains($"{ClientId} 1 bridge/replies/")).Should().HaveCount(2, "once on each link");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_BrokerFrozen_IsPublishTimeoutAndTellsNothingLater()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var responder = await Responder.StartAsync(broker.Port, "ask");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.RequestAsync(LinkHost.Key, "ask", "before");

        await broker.FreezeAsync();
        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "frozen", 0.3), ErrorCodes.PublishTimeout, "0.3 s");
        await broker.ThawAsync();

        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RepliesLate == 1);
        (await client.RequestAsync(LinkHost.Key, "ask", "after")).GetText().Should().Be("after");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_CallerGone_IsForgotten()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker);
        await using var responder = await Responder.StartAsync(broker.Port, "ask", (_, _) => Task.CompletedTask);
        var client = await HubClient.ConnectAsync(host.HubUrl);
        var overHub = client.RequestAsync(LinkHost.Key, "ask", "hub", timeoutSeconds: 300);
        using var aborting = new CancellationTokenSource();
        var body = new StringContent("""{"brokerKey":"plant","topic":"ask","message":"http","timeoutSeconds":300}""", null, "application/json");
        var overHttp = host.Client.PostAsync(new Uri("/request", UriKind.Relative), body, aborting.Token);
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RequestsWaiting == 2);
        await Eventually.HoldsAsync(() => responder.Requests.Items.Count == 2);

        await client.DisposeAsync();
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RequestsWaiting == 1);
        await aborting.CancelAsync();
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RequestsWaiting == 0);

        await overHub.Awaiting(request => request).Should().ThrowAsync<Exception>();
        await overHttp.Awaiting(request => request).Should().ThrowAsync<OperationCanceledException>();
        foreach (var request in responder.Requests.Items)
            await responder.ReplyAsync(request, []);
        await host.WaitForBrokerAsync(LinkHost.Key, info => info.RepliesLate == 2);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_ReplyTooLarge_IsToldAtOnce()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(
            [.. BrokerSettings.Of(LinkHost.Key, broker), KeyValuePair.Create("Bridge:Limits:MaxPayloadBytes", (string?)"1000"),
             // The topic is the bridge's own: what strangers may do does not bind it.
             KeyValuePair.Create("Bridge:Limits:MaxTopicLevels", (string?)"1")]);
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await using var responder = await Responder.StartAsync(broker.Port, "ask", (self, request) =>
            self.ReplyAsync(request, new byte[int.Parse(request.ConvertPayloadToString(), CultureInfo.InvariantCulture)]));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1001"), ErrorCodes.PayloadTooLarge, "The reply *1001 bytes*");

        (await client.RequestAsync(LinkHost.Key, "ask", "1000")).Payload.Length.Should().Be(1000);
        (await host.GetBrokerAsync(LinkHost.Key)).MessagesLeftOut.Should().Be(1);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_DeniedByTheBroker_IsBrokerRefused()
    {
        var guarded = new MosquittoOptions
        {
            Users = new Dictionary<string, string> { ["bridge"] = "pass word 1" },
            Acl = "user bridge\ntopic readwrite open/#\ntopic read bridge/replies/#\n",
        };
        await using var broker = await MosquittoBroker.StartNewAsync(guarded);
        await using var host = await LinkHost.ConnectAsync(broker, ("Username", "bridge"), ("Password", "pass word 1"));
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "closed", "1"), ErrorCodes.BrokerRefused, "*0x87*");
    }

    [Fact]
    public async Task Request_ResponseTopicRefusedByTheBroker_IsBrokerRefusedUntilItIsNot()
    {
        var (isRefused, asked) = (true, 0);
        await using var broker = await TestBroker.StartAsync(server => server.InterceptingSubscriptionAsync += args =>
        {
            if (!args.TopicFilter.Topic.StartsWith("bridge/replies/", StringComparison.Ordinal))
                return Task.CompletedTask;

            asked++;
            if (isRefused)
                args.Response.ReasonCode = MqttSubscribeReasonCode.NotAuthorized;
            return Task.CompletedTask;
        });
        await using var host = await BridgeHost.StartAsync(("Bridge:Brokers:plant:Url", broker.Url), ("Bridge:Brokers:plant:Topics", ""));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await using var responder = await Responder.StartAsync(broker.Port, "ask");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1"), ErrorCodes.BrokerRefused, "'bridge/replies/*NotAuthorized");
            asked.Should().Be(attempt, "each request after a refusal has the broker asked again");
        }

        isRefused = false;
        (await client.RequestAsync(LinkHost.Key, "ask", "2")).GetText().Should().Be("2");
        (await client.RequestAsync(LinkHost.Key, "ask", "3")).GetText().Should().Be("3");
        asked.Should().Be(3);
        responder.Requests.Items.Should().HaveCount(2);
    }

    [Fact]
    public async Task Request_ResponseTopicThatTheBrokerEndsTheLinkFor_CostsTheOthersTwoLinksAndNoMore()
    {
        var asked = 0;
        await using var broker = await TestBroker.StartAsync(server => server.InterceptingSubscriptionAsync += async args =>
        {
            asked++;
            await server.DisconnectClientAsync(args.ClientId, MqttDisconnectReasonCode.ImplementationSpecificError);
            args.CloseConnection = true;
        });
        await using var host = await BridgeHost.StartAsync(
            ("Bridge:Brokers:plant:Url", broker.Url), ("Bridge:Brokers:plant:Topics", ""), ("Bridge:Brokers:plant:OnDemandLingerSeconds", "0"));
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await using var client = await HubClient.ConnectAsync(host.HubUrl);

        await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1"), ErrorCodes.BrokerDisconnected, "went down");
        // It may be down for too short to be seen but in the log: down twice, and up again (1001).
        await Eventually.HoldsAsync(() => host.Logs.Entries.Items.Select(entry => entry.EventId.Id).Where(id => id is 1001 or 1002).ToList() is [.., 1001] links && links.Count(id => id == 1002) == 2);
        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        for (var attempt = 0; attempt < 3; attempt++)
            await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "2"), ErrorCodes.BrokerRejected, "each time it was asked");
        (await host.GetBrokerAsync(LinkHost.Key)).State.Should().Be(BrokerState.Connected);
        asked.Should().Be(2);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Request_WithASessionThatOutlivesTheBridge_AsksForOneTopicAndKeepsOldRepliesToItself()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var responder = await Responder.StartAsync(broker.Port, "ask", (_, _) => Task.CompletedTask);
        (string, string?)[] session = [("CleanStart", "false"), ("ClientId", ClientId), ("Topics", "")];
        await using (var before = await LinkHost.ConnectAsync(broker, session))
        {
            await using var client = await HubClient.ConnectAsync(before.HubUrl);
            await ShouldFailAsync(() => client.RequestAsync(LinkHost.Key, "ask", "1", 2), ErrorCodes.ReplyTimeout, "*");
        }

        await responder.ReplyAsync(await responder.Requests.WaitForAsync(_ => true), "while the bridge was away"u8.ToArray());
        await using var host = await LinkHost.ConnectAsync(broker, session);

        var info = await host.WaitForBrokerAsync(LinkHost.Key, info => info.RepliesLate == 1);
        info.Topics.Should().Be(0);
        await using var after = await HubClient.ConnectAsync(host.HubUrl);
        await ShouldFailAsync(() => after.RequestAsync(LinkHost.Key, "ask", "2", 2), ErrorCodes.ReplyTimeout, "*");
        responder.Requests.Items.Select(request => request.ResponseTopic).Distinct().Should().ContainSingle();
    }

    internal static async Task ShouldFailAsync(Func<Task> request, string code, string detail) =>
        await request.Should().ThrowAsync<Exception>().WithMessage($"*{code}: *{detail}*");

    private static void Unacknowledged(MqttApplicationMessage reply) =>
        reply.QualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
