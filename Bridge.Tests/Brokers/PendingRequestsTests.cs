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

        _requests.Complete(packet);

        (await answer).Should().BeSameAs(packet);
        other.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Complete_UnknownReleasedOrAnsweredAlready_ChangesNothing()
    {
        var released = _requests.Acquire(out var never);
        _requests.Release(released);
        var answered = _requests.Acquire(out var answer);
        var first = new MqttPubAckPacket { PacketIdentifier = answered };
        _requests.Complete(first);

        foreach (var identifier in new[] { released, answered, (ushort)77 })
            _requests.Complete(new MqttPubAckPacket { PacketIdentifier = identifier });

        (await answer).Should().BeSameAs(first);
        never.IsCompleted.Should().BeFalse();
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
    public async Task Complete_AfterPubRec_GivesThePubRecThatSaysWhatBecameOfTheMessage()
    {
        var identifier = _requests.Acquire(out var answer);
        var received = new MqttPubRecPacket { PacketIdentifier = identifier };

        _requests.Note(received).Should().BeTrue();
        answer.IsCompleted.Should().BeFalse();
        _requests.Complete(new MqttPubCompPacket { PacketIdentifier = identifier });

        (await answer).Should().BeSameAs(received);
    }

    [Fact]
    public void Note_NobodyWaits_IsFalse() => _requests.Note(new MqttPubRecPacket { PacketIdentifier = 7 }).Should().BeFalse();

    [Fact]
    public async Task Fail_Ended_FailsAllThatWaitAndAllThatCome()
    {
        _requests.Acquire(out var answer);

        _requests.Fail(new BrokerLinkException("first"));
        _requests.Fail(new BrokerLinkException("second"));

        await answer.Awaiting(task => task).Should().ThrowAsync<BrokerLinkException>().WithMessage("first");
        _requests.Invoking(requests => requests.Acquire(out _)).Should().Throw<BrokerLinkException>().WithMessage("first");
    }
}
