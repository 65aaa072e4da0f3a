using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using CsCheck;

namespace Bridge.Tests.Caching;

public sealed class RecentMessagesTests
{
    private static readonly string[] Topics = ["a", "a/b", "b"];
    private static readonly string[] Filters = ["#", "a/#", "b", "none"];

    [Fact]
    public void FindNext_RandomMessagesAndBounds_AgreesWithAPlainList() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 20_000], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 900], Gen.Int[1, 3]).Array[0, 120], Gen.Int[0, 150], Gen.Int[1, 50])
            .Sample((most, bytes, sent, after, piece) =>
            {
                var recent = new RecentMessages(new CacheOptions { RecentMessages = most, RecentBytes = bytes });
                var all = new List<SequencedMessage>();
                var position = 0L;
                foreach (var (topic, size, gap) in sent)
                {
                    var message = new SequencedMessage(position += gap, TestMessages.Message(Topics[topic], new string('x', size)));
                    all.Add(message);
                    recent.Add(message);
                }

                var kept = Kept(all, most, bytes);
                recent.Count.Should().Be(kept.Count);
                recent.DroppedUpTo.Should().Be(all.Count > kept.Count ? all[all.Count - kept.Count - 1].Position : 0);
                foreach (var filter in Filters.Select(TopicFilter.Parse))
                {
                    var upTo = position - (after % 5);
                    var expected = kept.Where(message => message.Position > after && filter.Matches(message.Message.Topic)).ToList();
                    InPieces(recent, filter, after, upTo, piece).Should().Equal(expected.Where(message => message.Position <= upTo));
                }
            });

    [Fact]
    public void Add_LongTextsOfStrangers_AreBounded()
    {
        var text = new string('t', 50_000);
        BridgeMessage[] long100KB =
        [
            TestMessages.Message(text, "x"),
            TestMessages.Message("a", "x") with { ContentType = text },
            TestMessages.Message("a", "x") with { ResponseTopic = text },
            TestMessages.Message("a", "x") with { CorrelationData = new byte[100_000] },
            TestMessages.Message("a", "x") with { UserProperties = [new UserProperty(text[..25_000], text[..25_000])] },
        ];

        foreach (var message in long100KB)
        {
            var recent = new RecentMessages(new CacheOptions { RecentBytes = 1_000_000 });
            for (var position = 1; position <= 100; position++)
                recent.Add(new SequencedMessage(position, message));
            recent.Count.Should().Be(9);
        }
    }

    private static List<SequencedMessage> InPieces(RecentMessages recent, TopicFilter filter, long after, long upTo, int piece)
    {
        var found = new List<SequencedMessage>();
        var walk = new CacheWalk(after, upTo, WalkKind.EachMessage);
        for (var isWhole = false; !isWhole;)
        {
            var next = new List<SequencedMessage>();
            isWhole = recent.FindNext(filter, ref walk, piece, long.MaxValue, next);
            next.Count.Should().BeLessThanOrEqualTo(piece);
            (isWhole || next.Count > 0).Should().BeTrue("it goes on");
            found.AddRange(next);
        }

        return found;
    }

    private static List<SequencedMessage> Kept(List<SequencedMessage> all, int most, long bytes)
    {
        var kept = all.TakeLast(most).ToList();
        while (kept.Sum(message => 256L + message.Message.Payload.Length + (2 * message.Message.Topic.Length)) > bytes)
            kept.RemoveAt(0);
        return kept;
    }
}
