using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using MQTTnet.Packets;

namespace Bridge.Tests.Brokers;

/// <summary>What depends on the clock, or on what comes first.</summary>
public sealed class RequesterTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly UpstreamSubscriptions _subscriptions;
    private readonly Requester _requester;
    private readonly TaskCompletionSource<PublishReceipt> _acknowledged = new();
    private PublishRequest? _published;
    private TimeSpan _patience;

    public RequesterTests()
    {
        _subscriptions = new UpstreamSubscriptions(_time, TimeSpan.Zero);
        _requester = new Requester("plant", new BrokerOptions(), _subscriptions, PublishAsync, _time);
    }

    public void Dispose() => _subscriptions.Dispose();

    [Fact]
    public async Task RequestAsync_RepliedBeforeTheAcknowledgement_IsTheReplyAtOnce()
    {
        var reply = RequestAsync();
        await SubscribeAsync();

        _requester.Receive(Reply(), problem: null);

        (await reply).CorrelationData.Should().BeNull();
        _acknowledged.SetException(new InvalidOperationException("seen by nobody, and no harm"));
        (_requester.Waiting, _requester.Late).Should().Be((0, 0));
    }

    [Fact]
    public async Task RequestAsync_EachPartTakesItsTime_EndsWhenTheirSumIsTooLong()
    {
        var reply = RequestAsync();
        _time.Advance(TimeSpan.FromSeconds(4));
        await SubscribeAsync();
        _time.Advance(TimeSpan.FromSeconds(4));
        Acknowledge();
        _time.Advance(TimeSpan.FromSeconds(2) - Moment);
        reply.IsCompleted.Should().BeFalse();

        _time.Advance(Moment);

        await ShouldFailAsync(reply, ErrorCodes.ReplyTimeout);
        _patience.Should().Be(TimeSpan.FromSeconds(6));
        _requester.Receive(Reply(), problem: null);
        (_requester.Waiting, _requester.Late).Should().Be((0, 1));
    }

    [Fact]
    public async Task RequestAsync_SubscriptionNotAcknowledged_IsPublishTimeoutAndNothingIsPublished()
    {
        var reply = RequestAsync();

        _time.Advance(Timeout);

        await ShouldFailAsync(reply, ErrorCodes.PublishTimeout);
        _published.Should().BeNull();
    }

    [Fact]
    public async Task RequestAsync_LinkEndsWhileSubscribing_FailsAndSoDoesNoLaterOne()
    {
        var reply = RequestAsync();

        _requester.Fail(new BridgeException(ErrorCodes.BrokerDisconnected, "ended"));

        await ShouldFailAsync(reply, ErrorCodes.BrokerDisconnected);
        var later = RequestAsync();
        await SubscribeAsync();
        _requester.Receive(Reply(), problem: null);
        await later;
    }

    [Fact]
    public async Task RequestAsync_NobodyListens_IsReplyTimeoutWithoutWaiting()
    {
        var reply = RequestAsync();
        await SubscribeAsync();

        Acknowledge(PublishReason.NoMatchingSubscribers);

        await ShouldFailAsync(reply, ErrorCodes.ReplyTimeout);
        _requester.Waiting.Should().Be(0);
    }

    [Fact]
    public async Task RequestAsync_MoreThanMayWait_IsOverloadedUntilOneIsDone()
    {
        using var leaving = new CancellationTokenSource();
        var first = RequestAsync(cancellationToken: leaving.Token);
        for (var waiting = 1; waiting < 10_000; waiting++)
            _ = RequestAsync();

        await ShouldFailAsync(RequestAsync(), ErrorCodes.Overloaded);
        await leaving.CancelAsync();
        await first.Awaiting(reply => reply).Should().ThrowAsync<OperationCanceledException>();

        var last = RequestAsync();
        last.IsCompleted.Should().BeFalse();
        _requester.Waiting.Should().Be(10_000);
    }

    [Theory]
    [InlineData(0.1, null, 1)]
    [InlineData(10, null, 10)]
    [InlineData(10.1, null, 11)]
    [InlineData(10, 3600u, 3600)]
    public async Task RequestAsync_Published_ExpiresWhenNobodyWaitsAnyMore(double timeoutSeconds, uint? asked, uint expected)
    {
        _ = RequestAsync(TimeSpan.FromSeconds(timeoutSeconds), new PublishRequest { ExpirySeconds = asked });
        await SubscribeAsync();

        (_published!.ExpirySeconds, _published.ResponseTopic).Should().Be((expected, _requester.ResponseTopic));
    }

    private static async Task ShouldFailAsync(Task<BridgeMessage> reply, string code) =>
        (await reply.Awaiting(waiting => waiting).Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(code);

    private Task<BridgeMessage> RequestAsync(
        TimeSpan? timeout = null, PublishRequest? request = null, CancellationToken cancellationToken = default) =>
        _requester.RequestAsync(request ?? new PublishRequest { BrokerKey = "plant", Topic = "ask" }, timeout ?? Timeout, cancellationToken);

    private Task<PublishReceipt> PublishAsync(PublishRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        (_published, _patience) = (request, patience);
        return _acknowledged.Task;
    }

    private async Task SubscribeAsync()
    {
        var asked = _subscriptions.TakeSubscribes(1, () => 0, alsoSuspects: true).Should().ContainSingle().Subject;
        asked.Filter.Text.Should().Be(_requester.ResponseTopic);
        _subscriptions.Accept(asked);
        await Eventually.HoldsAsync(() => _published is not null);
    }

    private void Acknowledge(PublishReason reason = PublishReason.Success) => _acknowledged.SetResult(new PublishReceipt { Reason = reason });

    private MqttPublishPacket Reply() => new()
    {
        Topic = _requester.ResponseTopic,
        CorrelationData = _published!.CorrelationData!.Value.ToArray(),
    };
}
