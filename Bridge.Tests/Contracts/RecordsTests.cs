using Bridge.Contracts;

namespace Bridge.Tests.Contracts;

public sealed class RecordsTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 22, 10, 0, 0, 5, TimeSpan.Zero);

    public static readonly TheoryData<string> Protocols = [HubWire.Json, HubWire.MessagePack];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void RoundTrip_RecordsOfValues_AreEqual(string protocol)
    {
        Same(new SubscribeRequest { BrokerKey = "plant", Topic = "plant/#", Snapshot = false });
        Same(new SubscribeRequest { BrokerKey = "plant", Topic = "plant/#" });
        Same(new SubscribeRequest { BrokerKey = "plant", Topic = "plant/#", Mode = SubscriptionMode.Latest, MaxRate = 2.5 });
        Same(new SubscribeResult
        {
            Subscription = "7",
            BrokerKey = "plant",
            Topic = "plant/#",
            Cursor = "k3f9.1",
            State = BrokerState.Connecting,
            MatchedTopics = 3,
            Resumed = true,
        });
        Same(new UnsubscribeRequest { Subscription = "7" });
        Same(new GetLastRequest { BrokerKey = "plant", Topic = "plant/+" });
        Same(new PublishReceipt
        {
            BrokerKey = "plant",
            Topic = "plant/1/set",
            QualityOfService = QualityOfService.ExactlyOnce,
            Reason = PublishReason.NoMatchingSubscribers,
        });
        Same(new BrokerStateChange { BrokerKey = "plant", State = BrokerState.Disconnected, Since = Since, LastError = "refused" });
        Same(new BrokerInfo
        {
            BrokerKey = "plant",
            State = BrokerState.Connected,
            Since = Since,
            LastError = "refused",
            Topics = 1,
            CachedBytes = 5_000_000_000,
            Evicted = 2,
            Expired = 3,
            MessagesIn = 4,
            MessagesOut = 5,
            MessagesInPerSecond = 6.5,
            MessagesOutPerSecond = 7.25,
            Subscriptions = 8,
            RequestsWaiting = 9,
            RepliesLate = 5_000_000_000,
        });

        void Same<T>(T value) => HubWire.RoundTrip(protocol, value).Should().Be(value);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void RoundTrip_Batch_KeepsEveryMember(string protocol)
    {
        var batch = new MessageBatch
        {
            Subscription = "7",
            BrokerKey = "plant",
            Cursor = "k3f9.1",
            Messages = [Envelopes.Plain([0xFF]), Envelopes.Full([])],
            Skipped = 5_000_000_000,
            Snapshot = true,
            SnapshotComplete = true,
        };

        var read = HubWire.RoundTrip(protocol, batch);

        (read with { Messages = batch.Messages }).Should().Be(batch);
        read.Messages.Should().HaveCount(2);
        read.Messages[0].ShouldBe(batch.Messages[0]);
        read.Messages[1].ShouldBe(batch.Messages[1]);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void RoundTrip_GetLastResult_KeepsEveryMember(string protocol)
    {
        var result = new GetLastResult
        {
            BrokerKey = "plant",
            State = BrokerState.Connected,
            Cursor = "k3f9.1",
            Messages = [Envelopes.Full([1])],
        };

        var read = HubWire.RoundTrip(protocol, result);

        (read with { Messages = result.Messages }).Should().Be(result);
        read.Messages.Should().ContainSingle().Which.ShouldBe(result.Messages[0]);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void RoundTrip_PublishRequest_KeepsEveryMember(string protocol)
    {
        var request = new PublishRequest
        {
            BrokerKey = "plant",
            Topic = "plant/1/set",
            Payload = new byte[] { 0, 0xFF },
            QualityOfService = QualityOfService.ExactlyOnce,
            Retain = true,
            ContentType = "application/octet-stream",
            UserProperties = [["unit", "C"]],
            ResponseTopic = "plant/1/answer",
            CorrelationData = new byte[] { 1 },
            ExpirySeconds = uint.MaxValue,
        };

        var read = HubWire.RoundTrip(protocol, request);

        read.Payload.ToArray().Should().Equal(0, 0xFF);
        read.CorrelationData!.Value.ToArray().Should().Equal(1);
        read.UserProperties.Should().ContainSingle().Which.Should().Equal("unit", "C");
        (read with { Payload = request.Payload, CorrelationData = request.CorrelationData, UserProperties = request.UserProperties })
            .Should().Be(request);
        (HubWire.RoundTrip(protocol, new PublishRequest()) with { Payload = default }).Should().Be(new PublishRequest());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void RoundTrip_ReplyRequest_KeepsEveryMember(string protocol)
    {
        var request = new ReplyRequest
        {
            BrokerKey = "plant",
            Topic = "plant/1/ask",
            Payload = new byte[] { 0, 0xFF },
            QualityOfService = QualityOfService.ExactlyOnce,
            ContentType = "application/octet-stream",
            UserProperties = [["unit", "C"]],
            ExpirySeconds = uint.MaxValue,
            TimeoutSeconds = 0.5,
        };

        var read = HubWire.RoundTrip(protocol, request);

        read.Payload.ToArray().Should().Equal(0, 0xFF);
        read.UserProperties.Should().ContainSingle().Which.Should().Equal("unit", "C");
        (read with { Payload = request.Payload, UserProperties = request.UserProperties }).Should().Be(request);
        (HubWire.RoundTrip(protocol, new ReplyRequest()) with { Payload = default }).Should().Be(new ReplyRequest());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Read_AbsentMembers_HaveTheirDefaults(string protocol)
    {
        var nothing = HubWire.Write(protocol, new Dictionary<string, object?>());

        HubWire.Read<SubscribeRequest>(protocol, nothing).Should().Be(new SubscribeRequest());
        HubWire.Read<PublishRequest>(protocol, nothing).Should().Be(new PublishRequest());
        HubWire.Read<ReplyRequest>(protocol, nothing).Should().Be(new ReplyRequest());
        HubWire.Read<MessageBatch>(protocol, nothing).Should().BeEquivalentTo(new MessageBatch());
    }

    [Fact]
    public void Write_Enumerations_AreTheContractsWords()
    {
        HubWire.Members(new SubscribeResult { State = BrokerState.Connected })["state"].Should().Be("connected");
        HubWire.Members(new GetLastResult { State = BrokerState.Connecting })["state"].Should().Be("connecting");
        HubWire.Members(new BrokerInfo { State = BrokerState.Disconnected })["state"].Should().Be("disconnected");
        HubWire.Members(new BrokerStateChange { State = BrokerState.Connected })["state"].Should().Be("connected");
        HubWire.Members(new PublishReceipt { Reason = PublishReason.NoMatchingSubscribers })["reason"]
            .Should().Be("noMatchingSubscribers");
        HubWire.Members(new PublishReceipt { QualityOfService = QualityOfService.ExactlyOnce })["qos"].Should().Be((byte)2);
    }

    [Fact]
    public void Write_PublishRequest_PayloadIsBin() =>
        HubWire.Members(new PublishRequest { Payload = "22"u8.ToArray() })["message"].Should().BeOfType<byte[]>();
}
