using System.Text;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Caching;

public sealed class LastMessageCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CacheOptions _options = new() { Ttl = TimeSpan.Zero };
    private readonly LastMessageCache _cache;
    private long _position;

    public LastMessageCacheTests() => _cache = new LastMessageCache(_options, _time);

    [Fact]
    public void Store_SameTopicTwice_KeepsTheLaterMessageAndItsPosition()
    {
        Store("a", "old");
        Store("a", "new");

        _cache.Count.Should().Be(1);
        _cache.TryGet("a", out var kept).Should().BeTrue();
        kept!.Message.GetText().Should().Be("new");
        kept.Position.Should().Be(2);
        kept.SeenAt.Should().Be(2);
    }

    [Fact]
    public void Store_BeyondMaxTopics_EvictsWhatWasUpdatedLongestAgo()
    {
        _options.MaxTopics = 2;
        Store("a", "1");
        Store("b", "1");
        Store("a", "2");

        Store("c", "1");

        Topics("#").Should().BeEquivalentTo("a", "c");
        _cache.Evicted.Should().Be(1);
        _cache.Expired.Should().Be(0);
    }

    [Fact]
    public void Store_ReadBetween_DoesNotSaveATopicFromEviction()
    {
        _options.MaxTopics = 2;
        Store("a", "1");
        Store("b", "1");
        _cache.TryGet("a", out _);

        Store("c", "1");

        Topics("#").Should().BeEquivalentTo("b", "c");
    }

    [Fact]
    public void Store_BeyondMaxBytes_EvictsAsManyAsNeeded()
    {
        Store("a", new string('x', 1000));
        Store("b", new string('x', 1000));
        Store("c", "1");
        _options.MaxBytes = _cache.Bytes;

        Store("c", new string('x', 1500));

        Topics("#").Should().Equal("c");
        _cache.Evicted.Should().Be(2);
        _cache.Bytes.Should().BeLessThanOrEqualTo(_options.MaxBytes);
    }

    [Fact]
    public void Store_MessageLargerThanTheWholeCache_IsNotKept()
    {
        _options.MaxBytes = 1024;

        Store("a", new string('x', 2000));

        _cache.Count.Should().Be(0);
        _cache.Bytes.Should().Be(0);
        _cache.Evicted.Should().Be(1);
    }

    [Fact]
    public void Store_EmptyRetained_DeletesTheTopicAndCountsNothing()
    {
        Store("a", "1", retain: true);
        Store("b", "1");

        Store("a", "", retain: true);
        Store("unknown", "", retain: true);

        Topics("#").Should().Equal("b");
        (_cache.Evicted + _cache.Expired).Should().Be(0);
    }

    [Fact]
    public void Store_EmptyNotRetained_IsAMessageLikeAnyOther()
    {
        Store("a", "1", retain: true);

        Store("a", "");

        _cache.TryGet("a", out var kept).Should().BeTrue();
        kept!.Message.Payload.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Store_BinaryPayload_IsKeptWhole()
    {
        var payload = Enumerable.Range(0, 256).Select(i => (byte)i).Concat("\0\0ÿ"u8.ToArray()).ToArray();
        _cache.Store(new SequencedMessage(1, TestMessages.Message("a", payload)));

        _cache.TryGet("a", out var kept).Should().BeTrue();
        kept!.Message.Payload.ToArray().Should().Equal(payload);
    }

    [Fact]
    public void Bytes_OfEveryMember_AreCountedAndGivenBack()
    {
        var plain = TestMessages.Message("a", "1");
        var rich = plain with
        {
            ContentType = "text/plain",
            ResponseTopic = "answer",
            CorrelationData = Encoding.UTF8.GetBytes("correlation"),
            UserProperties = [new UserProperty("unit", "C")],
        };
        BridgeMessage[] steps =
        [
            plain,
            plain with { ContentType = rich.ContentType },
            plain with { ContentType = rich.ContentType, ResponseTopic = rich.ResponseTopic },
            rich with { UserProperties = [] },
            rich,
        ];

        var bytes = steps.Select(message =>
        {
            _cache.Store(new SequencedMessage(++_position, message));
            return _cache.Bytes;
        }).ToList();
        Store("a", "", retain: true);

        bytes.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        _cache.Bytes.Should().Be(0);
    }

    [Fact]
    public void FindNext_AfterAPosition_FindsOnlyWhatChangedLater()
    {
        Store("x/a", "1");
        Store("x/b", "2");
        Store("y", "3");

        var found = FindAll("x/+", after: 1, upTo: long.MaxValue);

        found.Select(message => (message.Position, message.Message.Topic)).Should().Equal((2, "x/b"));
    }

    [Fact]
    public void FindNext_TopicsDeletedAndSetAgain_FindsTheNewestOfEach()
    {
        Store("x/gone", "1", retain: true);
        Store("x/back", "2", retain: true);
        Store("x/gone", "", retain: true);
        Store("x/back", "", retain: true);
        Store("x/gone", "", retain: true);
        Store("x/back", "6", retain: true);

        var found = FindAll("x/+", after: 2, upTo: long.MaxValue);

        found.Select(message => (message.Position, message.Message.Topic, message.Message.GetText()))
            .Should().BeEquivalentTo([(5L, "x/gone", ""), (6L, "x/back", "6")]);
    }

    [Fact]
    public void FindNext_UpToAPosition_LeavesOutWhatChangedAfterIt()
    {
        Store("x/early", "1");
        Store("x/again", "2");
        Store("x/gone", "3", retain: true);
        Store("x/gone", "", retain: true);
        Store("x/again", "5");
        Store("x/late", "", retain: true);

        var found = FindAll("x/+", after: 0, upTo: 4);

        found.Select(message => (message.Position, message.Message.Topic)).Should().BeEquivalentTo([(1L, "x/early"), (4L, "x/gone")]);
    }

    private List<SequencedMessage> FindAll(string filter, long after, long upTo)
    {
        var found = new List<SequencedMessage>();
        var walk = new CacheWalk(after, upTo, WalkKind.LastMessagesAndDeletions);
        _cache.FindNext(TopicFilter.Parse(filter), ref walk, int.MaxValue, long.MaxValue, found).Should().BeTrue();
        return found;
    }

    private void Store(string topic, string text, bool retain = false) =>
        _cache.Store(new SequencedMessage(++_position, TestMessages.Message(topic, text, retain, _time.GetUtcNow())));

    private IEnumerable<string> Topics(string filter)
    {
        var found = new List<SequencedMessage>();
        _cache.Find(TopicFilter.Parse(filter), found);
        return found.Select(message => message.Message.Topic);
    }
}
