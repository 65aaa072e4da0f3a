using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Tests.Brokers;

public sealed class PublishChecksTests
{
    private static readonly BrokerLimits TakesAll = new(100, 2, RetainAvailable: true, 0);

    private static readonly PublishRequest Plain = new() { BrokerKey = "plant", Topic = "a", Payload = new byte[100] };

    private static readonly PublishRequest[] Mqtt5Members =
    [
        Plain with { ContentType = "" },
        Plain with { ResponseTopic = "b" },
        Plain with { CorrelationData = new byte[1] },
        Plain with { ExpirySeconds = 1 },
        Plain with { UserProperties = [["a", "b"]] },
    ];

    public static TheoryData<PublishRequest> NeedMqtt5() => [.. Mqtt5Members];

    [Theory]
    [MemberData(nameof(NeedMqtt5))]
    public void ThrowIfNotTaken_Mqtt5MemberOverMqtt311_IsRefused(PublishRequest request)
    {
        ShouldBeTaken(request, TakesAll);
        ShouldBeRefused(request, TakesAll, ErrorCodes.RequestInvalid, null, isMqtt5: false);
    }

    [Fact]
    public void ThrowIfNotTaken_NoMqtt5Member_IsTakenOverBoth()
    {
        var request = Plain with { UserProperties = [], Retain = true, QualityOfService = QualityOfService.ExactlyOnce };

        ShouldBeTaken(request, TakesAll);
        ShouldBeTaken(request, TakesAll, isMqtt5: false);
    }

    [Fact]
    public void ThrowIfNotTaken_BeyondWhatTheBrokerTakes_IsRefusedWithItsReasonCode()
    {
        ShouldBeRefused(Plain with { QualityOfService = QualityOfService.AtLeastOnce }, TakesAll with { MaximumQos = 0 }, ErrorCodes.BrokerRejected, 0x9B);
        ShouldBeTaken(Plain with { QualityOfService = QualityOfService.AtMostOnce }, TakesAll with { MaximumQos = 0 });
        ShouldBeRefused(Plain with { Retain = true }, TakesAll with { RetainAvailable = false }, ErrorCodes.BrokerRejected, 0x9A);
        ShouldBeTaken(Plain, TakesAll with { RetainAvailable = false });
        ShouldBeRefused(Plain, TakesAll with { MaximumPacketSize = 120 }, ErrorCodes.PayloadTooLarge, 0x95);
        ShouldBeTaken(Plain, TakesAll with { MaximumPacketSize = 200 });
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public void SizeBound_OnTheWire_IsNotExceeded(MqttProtocolVersion version)
    {
        var requests = Mqtt5Members.Append(Plain).Append(Plain with
        {
            Topic = new string('é', 300),
            Payload = new byte[300_000],
            ContentType = new string('€', 100),
            ResponseTopic = "r",
            CorrelationData = new byte[1000],
            ExpirySeconds = 1,
            UserProperties = [.. Enumerable.Range(0, 300).Select(i => new[] { $"é{i}", "" })],
        });
        foreach (var request in requests.Select(request => request with { QualityOfService = QualityOfService.ExactlyOnce }))
        {
            var packet = request.ToPacket();
            packet.PacketIdentifier = 1;
            var written = new MqttPacketFormatterAdapter(version, new MqttBufferWriter(4096, 65_535)).Encode(packet);

            ((long)written.Length).Should().BeLessThanOrEqualTo(request.SizeBound());
        }
    }

    [Theory]
    [InlineData(0x00, PublishReason.Success)]
    [InlineData(0x10, PublishReason.NoMatchingSubscribers)]
    public void ToReceipt_Accepted_SaysWhetherAnybodySubscribed(int code, PublishReason reason) =>
        PublishChecks.ToReceipt(Plain, code, null).Should().Be(new PublishReceipt
        {
            BrokerKey = "plant",
            Topic = "a",
            QualityOfService = QualityOfService.AtLeastOnce,
            Reason = reason,
        });

    [Theory]
    [InlineData(0x80, ErrorCodes.BrokerRejected)]
    [InlineData(0x87, ErrorCodes.BrokerRefused)]
    [InlineData(0x90, ErrorCodes.BrokerRejected)]
    [InlineData(0x95, ErrorCodes.PayloadTooLarge)]
    [InlineData(0x97, ErrorCodes.BrokerQuota)]
    public void ToReceipt_Refused_TellsCodeReasonAndTheBrokersText(int reasonCode, string code)
    {
        var act = () => PublishChecks.ToReceipt(Plain, reasonCode, "because");

        var refusal = act.Should().Throw<BridgeException>().WithMessage($"*0x{reasonCode:X2}: because.").Which;
        (refusal.Code, refusal.ReasonCode, refusal.RetryAfter.HasValue).Should().Be((code, reasonCode, code == ErrorCodes.BrokerQuota));
    }

    [Fact]
    public void BrokerLimits_SaidNothing_AreThoseOfTheProtocol()
    {
        var accepted = new MqttConnAckPacket { RetainAvailable = true, MaximumQoS = MqttQualityOfServiceLevel.ExactlyOnce };

        BrokerLimits.From(accepted, MqttProtocolVersion.V500).Should().Be(new BrokerLimits(65_535, 2, RetainAvailable: true, 0));
        BrokerLimits.From(new MqttConnAckPacket(), MqttProtocolVersion.V311).Should().Be(new BrokerLimits(65_535, 2, RetainAvailable: true, 0));
    }

    private static void ShouldBeTaken(PublishRequest request, BrokerLimits limits, bool isMqtt5 = true)
    {
        var act = () => PublishChecks.ThrowIfNotTaken(request, limits, isMqtt5);
        act.Should().NotThrow();
    }

    private static void ShouldBeRefused(PublishRequest request, BrokerLimits limits, string code, int? reasonCode, bool isMqtt5 = true)
    {
        var act = () => PublishChecks.ThrowIfNotTaken(request, limits, isMqtt5);
        var refusal = act.Should().Throw<BridgeException>().Which;
        (refusal.Code, refusal.ReasonCode).Should().Be((code, reasonCode));
    }
}
