using Bridge.Server.Brokers;
using MQTTnet.Packets;

namespace Bridge.Tests.Brokers;

public sealed class PendingRequestsTests
{
    private readonly PendingRequests _requests = new();

    [Fact]
    public async Task Complete_Acquired_GivesTheAnswerToWhoeverWaits()
    {
        var identifier = _requests.Acquire(out var answer);
        _requests.Acquire(out var other);
        var packet = new MqttPubAckPacket { PacketIdentifier = identifier };

        _requests.Complete(packet).Should().BeTrue();

        (await answer).Should().BeSameAs(packet);
        other.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void Complete_UnknownReleasedOrAnsweredAlready_IsFalse()
    {
        var released = _requests.Acquire(out _);
        _requests.Release(released);
        var answered = _requests.Acquire(out _);
        _requests.Complete(new MqttPubAckPacket { PacketIdentifier = answered });

        foreach (var identifier in new[] { released, answered, (ushort)77 })
            _requests.Complete(new MqttPubAckPacket { PacketIdentifier = identifier }).Should().BeFalse();
    }

    [Fact]
    public void Acquire_AroundTheEndOfTheIdentifiers_GivesNeitherZeroNorOneInUse()
    {
        var kept = _requests.Acquire(out _);
        var seen = new HashSet<ushort>();
        for (var i = 0; i < 2 * ushort.MaxValue; i++)
        {
            var identifier = _requests.Acquire(out _);
            seen.Add(identifier);
            _requests.Release(identifier);
        }

        seen.Should().HaveCount(ushort.MaxValue - 1).And.NotContain([0, kept]);
    }

    [Fact]
    public async Task Renew_SameIdentifier_WaitsForASecondAnswer()
    {
        var identifier = _requests.Acquire(out _);
        _requests.Complete(new MqttPubRecPacket { PacketIdentifier = identifier });

        var second = _requests.Renew(identifier);
        second.IsCompleted.Should().BeFalse();
        _requests.Complete(new MqttPubCompPacket { PacketIdentifier = identifier }).Should().BeTrue();

        (await second).Should().BeOfType<MqttPubCompPacket>();
    }

    [Fact]
    public async Task Fail_Ended_FailsAllThatWaitAndAllThatCome()
    {
        var identifier = _requests.Acquire(out var answer);

        _requests.Fail(new BrokerLinkException("first"));
        _requests.Fail(new BrokerLinkException("second"));

        await answer.Awaiting(task => task).Should().ThrowAsync<BrokerLinkException>().WithMessage("first");
        _requests.Invoking(requests => requests.Acquire(out _)).Should().Throw<BrokerLinkException>().WithMessage("first");
        var renew = () => { _ = _requests.Renew(identifier); };
        renew.Should().Throw<BrokerLinkException>().WithMessage("first");
    }
}
