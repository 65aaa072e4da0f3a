using Bridge.Server.Brokers;
using MQTTnet.Packets;

namespace Bridge.Tests.Brokers;

public sealed class PendingRequestsTests
{
    private readonly PendingRequests _requests = new();

    [Fact]
    public async Task Complete_Added_GivesTheAnswerToWhoeverWaits()
    {
        var (request, other) = (new PendingRequest(), new PendingRequest());
        var identifier = _requests.Add(request);
        _requests.Add(other);
        var packet = new MqttPubAckPacket { PacketIdentifier = identifier };

        (_requests.Complete(packet) == request).Should().BeTrue();

        (await request.Task).Should().BeSameAs(packet);
        other.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Complete_UnknownOrAnsweredAlready_ChangesNothing()
    {
        var (answered, never) = (new PendingRequest(), new PendingRequest());
        var identifier = _requests.Add(answered);
        _requests.Add(never);
        var first = new MqttPubAckPacket { PacketIdentifier = identifier };
        _requests.Complete(first);

        foreach (var unknown in new[] { identifier, (ushort)77 })
            (_requests.Complete(new MqttPubAckPacket { PacketIdentifier = unknown }) is null).Should().BeTrue();

        (await answered.Task).Should().BeSameAs(first);
        never.Task.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public void Add_AroundTheEndOfTheIdentifiers_GivesNeitherZeroNorOneInUseNorTheReserved()
    {
        var kept = _requests.Add(new PendingRequest());
        var seen = new HashSet<ushort>();
        for (var i = 0; i < 2 * ushort.MaxValue; i++)
        {
            var identifier = _requests.Add(new PendingRequest());
            seen.Add(identifier);
            _requests.Complete(new MqttPubAckPacket { PacketIdentifier = identifier });
        }

        seen.Should().HaveCount(ushort.MaxValue - 2).And.NotContain([0, kept, PendingRequests.Reserved]);
    }

    [Fact]
    public async Task Complete_AfterPubRec_GivesThePubRecThatSaysWhatBecameOfTheMessage()
    {
        var request = new PendingRequest();
        var identifier = _requests.Add(request);
        var received = new MqttPubRecPacket { PacketIdentifier = identifier };

        _requests.Note(received).Should().BeTrue();
        request.Task.IsCompleted.Should().BeFalse();
        _requests.Complete(new MqttPubCompPacket { PacketIdentifier = identifier });

        (await request.Task).Should().BeSameAs(received);
    }

    [Fact]
    public void Note_NobodyWaits_IsFalse() => _requests.Note(new MqttPubRecPacket { PacketIdentifier = 7 }).Should().BeFalse();

    [Fact]
    public async Task Fail_Ended_FailsAllThatWaitAndAllThatCome()
    {
        var request = new PendingRequest();
        _requests.Add(request);

        _requests.Fail(new BrokerLinkException("first"));
        _requests.Fail(new BrokerLinkException("second"));

        await request.Awaiting(failed => failed.Task).Should().ThrowAsync<BrokerLinkException>().WithMessage("first");
        _requests.Invoking(requests => requests.Add(new PendingRequest())).Should().Throw<BrokerLinkException>().WithMessage("first");
    }
}
