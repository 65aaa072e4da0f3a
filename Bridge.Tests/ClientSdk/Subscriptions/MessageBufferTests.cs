using Bridge.ClientSdk.Subscriptions;
using Bridge.Tests.ClientSdk.Support;
using CsCheck;

namespace Bridge.Tests.ClientSdk.Subscriptions;

public sealed class MessageBufferTests
{
    [Fact]
    public void Add_UpToCapacity_KeepsAll()
    {
        var buffer = new MessageBuffer(3);

        Add(buffer, "a1", "a2", "b1").Should().Be(0);

        Drain(buffer).Should().Equal("a1", "a2", "b1");
    }

    [Fact]
    public void Add_BeyondCapacity_KeepsTheLatestOfEachTopicInOrder()
    {
        var buffer = new MessageBuffer(4);

        Add(buffer, "a1", "b1", "a2", "c1", "b2").Should().Be(2);

        Drain(buffer).Should().Equal("a2", "c1", "b2");
    }

    [Fact]
    public void Add_MoreTopicsThanCapacity_KeepsTheLatestOfEach()
    {
        var buffer = new MessageBuffer(2);

        Add(buffer, "a1", "b1", "c1", "d1", "b2", "e1", "a2").Should().Be(2);

        Drain(buffer).Should().Equal("c1", "d1", "b2", "e1", "a2");
    }

    [Fact]
    public void Add_AfterTheConsumerCaughtUp_KeepsAllAgain()
    {
        var buffer = new MessageBuffer(4);
        Add(buffer, "a1", "b1", "c1", "d1", "e1", "e2");
        buffer.Count.Should().Be(5);
        for (var i = 0; i < 3; i++)
            buffer.TryTake();

        Add(buffer, "e3", "e4").Should().Be(0);

        Drain(buffer).Should().Equal("d1", "e2", "e3", "e4");
    }

    [Fact]
    public async Task WaitAsync_AfterComplete_EndsAfterWhatIsThere()
    {
        var buffer = new MessageBuffer(4);
        Add(buffer, "a1");
        buffer.Complete(new InvalidOperationException("over"));

        (await buffer.WaitAsync(CancellationToken.None)).Should().BeTrue();
        Drain(buffer).Should().Equal("a1");
        await buffer.Awaiting(b => b.WaitAsync(CancellationToken.None).AsTask()).Should()
            .ThrowAsync<InvalidOperationException>().WithMessage("over");
    }

    // Whatever is added and taken: topics stay in order, last values arrive, and each message is delivered or counted.
    [Fact]
    public void AddAndTryTake_AnySequence_LosesNoLastValueAndCountsTheRest()
    {
        var steps = Gen.Select(Gen.Int[0, 5], Gen.Bool).Array[0, 60];
        Gen.Select(Gen.Int[1, 8], steps).Sample((capacity, sequence) =>
        {
            var buffer = new MessageBuffer(capacity);
            var taken = new List<string>();
            var number = 0;
            long skipped = 0;
            foreach (var (topic, take) in sequence)
            {
                skipped += Add(buffer, $"{(char)('a' + topic)}{++number}");
                if (take && buffer.TryTake() is { } message)
                    taken.Add(message.GetText());
                buffer.Count.Should().BeLessThanOrEqualTo(Math.Max(capacity, 6));
            }

            taken.AddRange(Drain(buffer));
            (taken.Count + skipped).Should().Be(number);
            foreach (var topic in taken.GroupBy(text => text[0]))
                topic.Select(text => int.Parse(text[1..])).Should().BeInAscendingOrder();
            sequence.Select((step, i) => $"{(char)('a' + step.Item1)}{i + 1}").GroupBy(text => text[0]).Select(all => all.Last())
                .Except(taken).Should().BeEmpty("the last value of each topic arrives");
        });
    }

    // A message is its topic, one letter, and a number.
    private static long Add(MessageBuffer buffer, params string[] texts) =>
        buffer.Add(texts.Select(text => SubscribeCall.Message(text[..1], text)));

    private static List<string> Drain(MessageBuffer buffer)
    {
        var texts = new List<string>();
        while (buffer.TryTake() is { } message)
            texts.Add(message.GetText());
        return texts;
    }
}
