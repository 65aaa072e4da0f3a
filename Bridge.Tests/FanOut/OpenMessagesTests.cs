using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

public sealed class OpenMessagesTests
{
    private const int MostSmallMessages = OpenMessages.MostBytes / SequencedMessage.Overhead;

    private long _position;

    [Fact]
    public void Add_WithinTheBound_KeepsAllInOrder()
    {
        var open = new OpenMessages(isLatest: false);

        Add(open, 1000, topics: 3);

        open.IsConflated.Should().BeFalse();
        open.Take().Select(message => message.Position).Should().Equal(Enumerable.Range(1, 1000).Select(position => (long)position));
        open.Count.Should().Be(0);
    }

    [Fact]
    public void Add_MoreThanTheBound_KeepsTheLastOfEachTopicUntilTaken()
    {
        var open = new OpenMessages(isLatest: false);

        Add(open, MostSmallMessages + 1000, topics: 3);

        open.IsConflated.Should().BeTrue();
        open.Take().Select(message => message.Position).Should().Equal(_position - 2, _position - 1, _position);
        open.IsConflated.Should().BeFalse("what comes next is kept whole again");
    }

    [Fact]
    public void Add_MoreTopicsThanTheBound_KeepsNoneUntilTaken()
    {
        var open = new OpenMessages(isLatest: true);

        Add(open, MostSmallMessages + 1000, topics: int.MaxValue);

        (open.IsLost, open.Count).Should().Be((true, 0));
        open.Take().Should().BeEmpty();
        Add(open, 2, topics: 1);
        open.Take().Should().ContainSingle().Which.Position.Should().Be(_position);
    }

    [Fact]
    public void Add_LargePayloadsReplacedBySmallOnes_CountsWhatIsKept()
    {
        var open = new OpenMessages(isLatest: true);

        for (var i = 0; i < 100; i++)
        {
            Add(open, 1, topics: 1, bytes: OpenMessages.MostBytes / 2);
            Add(open, 1, topics: 1);
        }

        open.IsLost.Should().BeFalse();
        open.Take().Should().ContainSingle();
    }

    private void Add(OpenMessages open, int count, int topics, int bytes = 0)
    {
        for (var i = 0; i < count; i++)
            open.Add(new SequencedMessage(++_position, TestMessages.Message($"t/{i % topics}", new string('x', bytes), false, DateTimeOffset.UnixEpoch)));
    }
}
