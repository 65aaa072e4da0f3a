using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>What of the broker's retained messages is news, and what is a repetition.</summary>
public sealed class RetainedTests
{
    private readonly StreamScene _scene = new();
    private readonly FakeSink _sink;

    public RetainedTests()
    {
        (_sink, var outbox) = _scene.Connect();
        _scene.Subscribe(outbox);
    }

    [Fact]
    public async Task Receive_RetainedOfAnUnknownTopic_IsNewsFromTheRetained()
    {
        _scene.Receive("a", "1", retain: true, subscribedAt: 0);

        await ShouldHaveReceived(("1", MessageSource.Retained));
        Last("a").Source.Should().Be(MessageSource.Retained);
    }

    [Fact]
    public async Task Receive_SameRetainedAfterANewSubscription_IsNoNews()
    {
        _scene.Receive("a", "1", retain: true, subscribedAt: 0);
        _scene.Receive("a", "1", retain: true, subscribedAt: _scene.Stream.Position);

        await ShouldHaveReceived(("1", MessageSource.Retained));
        Last("a").Cursor.Should().Be("epoch.1");
    }

    [Fact]
    public async Task Receive_SubscribedToWhileTheMessageWasOnItsWay_TheRepetitionIsNoNews()
    {
        var arrivedAt = _scene.Stream.Position;
        var subscribedAt = _scene.Stream.Advance();
        _scene.Stream.Receive(TestMessages.Message("a", "1", retain: true), 0, arrivedAt: arrivedAt);
        _scene.Receive("a", "1", retain: true, subscribedAt: subscribedAt);

        await ShouldHaveReceived(("1", MessageSource.Retained));
    }

    [Fact]
    public async Task Receive_OtherRetainedAfterANewSubscription_IsNewsFromTheRetained()
    {
        _scene.Receive("a", "1");
        _scene.Receive("a", "2", retain: true, subscribedAt: _scene.Stream.Position);

        await ShouldHaveReceived(("1", MessageSource.Live), ("2", MessageSource.Retained));
    }

    [Fact]
    public async Task Receive_SameRetainedAgainUnderOneSubscription_IsLive()
    {
        _scene.Receive("a", "1", retain: true, subscribedAt: 0);
        _scene.Receive("a", "1", retain: true, subscribedAt: 0);

        await ShouldHaveReceived(("1", MessageSource.Retained), ("1", MessageSource.Live));
    }

    [Fact]
    public async Task Receive_PublishedAgainAfterTheRepetition_IsLive()
    {
        _scene.Receive("a", "1");
        _scene.Receive("a", "1", retain: true, subscribedAt: 1);
        _scene.Receive("a", "1", retain: true, subscribedAt: 1);

        await ShouldHaveReceived(("1", MessageSource.Live), ("1", MessageSource.Live));
    }

    [Fact]
    public async Task Receive_RepetitionAfterMessagesThatWereNotRetained_DoesNotPutThemBack()
    {
        _scene.Receive("a", "on", retain: true);
        _scene.Receive("a", "21.5");
        _scene.Receive("a", "on", retain: true, subscribedAt: 2);

        await ShouldHaveReceived(("on", MessageSource.Live), ("21.5", MessageSource.Live));
        Last("a").GetText().Should().Be("21.5");
    }

    [Fact]
    public async Task Receive_RetainedThatCannotBeARepetition_IsLive()
    {
        _scene.Receive("a", "1", retain: true, subscribedAt: -1);
        _scene.Receive("a", "1", retain: true, subscribedAt: -1);

        await ShouldHaveReceived(("1", MessageSource.Live), ("1", MessageSource.Live));
    }

    [Fact]
    public async Task Receive_RepetitionThatDiffersInAnyMember_IsNews()
    {
        var plain = TestMessages.Message("a", "1", retain: true, _scene.Time.GetUtcNow());
        BridgeMessage[] messages =
        [
            plain,
            plain with { ContentType = "text/plain" },
            plain with { UserProperties = [new UserProperty("unit", "C")] },
            plain with { ResponseTopic = "answer" },
            plain with { CorrelationData = new byte[] { 1 } },
            plain with { CorrelationData = new byte[] { 2 } },
        ];
        foreach (var message in messages)
            _scene.Stream.Receive(message, _scene.Stream.Position);

        await ShouldHaveReceived([.. messages.Select(_ => ("1", MessageSource.Retained))]);
    }

    [Fact]
    public async Task Receive_Deletion_IsLiveBecauseBrokersRetainNothingEmpty()
    {
        _scene.Receive("a", "1");
        _scene.Receive("a", "", retain: true, subscribedAt: 1);

        await ShouldHaveReceived(("1", MessageSource.Live), ("", MessageSource.Live));
        _scene.Read("a").Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task Receive_RepetitionOfWhatRanOut_IsKeptAgain()
    {
        var now = _scene.Time.GetUtcNow();
        var expiring = TestMessages.Message("a", "1", retain: true, now) with { ExpiresAt = now.AddMinutes(1) };
        _scene.Stream.Receive(expiring, subscribedAt: 0);
        _scene.Time.Advance(TimeSpan.FromMinutes(1));

        _scene.Receive("a", "1", retain: true, subscribedAt: 1);

        await ShouldHaveReceived(("1", MessageSource.Retained), ("1", MessageSource.Retained));
        Last("a").Cursor.Should().Be("epoch.2");
    }

    private BridgeMessage Last(string topic)
    {
        var last = _scene.Read(topic).Messages.Single();
        return last.Message with { Cursor = _scene.Stream.CursorAt(last.Position) };
    }

    /// <summary>These, and no more: what follows them is the message that is sent here.</summary>
    private async Task ShouldHaveReceived(params (string Text, MessageSource Source)[] expected)
    {
        _scene.Receive("end", "end");
        await _sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => message.Topic == "end"));
        _sink.Batches().SelectMany(batch => batch.Messages).SkipLast(1)
            .Select(message => (message.GetText(), message.Source)).Should().Equal(expected);
    }
}
