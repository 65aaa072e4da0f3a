using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;

namespace Bridge.Tests.FanOut;

/// <summary>Connections come, stall and go while messages are received on another thread.</summary>
public sealed class FanOutStressTests
{
    private const int Connections = 20;
    private const int Messages = 20_000;
    private const int MostMessages = 200_000;

    private static readonly string[] Filters = ["#", "t/+", "t/7", "t/+/#", "t/#"];

    private readonly Random _random = new(4711);
    private readonly PositionGate _gate = new();

    [Fact]
    public async Task Subscribe_WhileMessagesCome_LosesNothingAndDoublesNothing()
    {
        var scene = new StreamScene(limits: new LimitOptions { OutboxBytes = 0 });

        foreach (var (sink, filter, subscription) in await RunAsync(scene, _ => { }))
        {
            await WaitForLastAsync(scene, sink, filter);
            ShouldBeSnapshotThenLive(scene, sink, filter, subscription);
        }
    }

    [Fact]
    public async Task Subscribe_ConnectionsStallAtRandom_CountWhatTheyMissAndEndWithTheLatest()
    {
        var scene = new StreamScene(limits: new LimitOptions { OutboxBytes = 3000 });
        var wasBehind = 0;

        foreach (var (sink, filter, subscription) in await RunAsync(scene, sink => sink.BeforeWrite = StallAtRandom(scene)))
        {
            await WaitForLastAsync(scene, sink, filter);
            wasBehind += ShouldAccountForAll(scene, sink, filter, subscription) ? 1 : 0;
        }

        wasBehind.Should().BePositive("otherwise nothing was tried");
    }

    private static void ShouldBeSnapshotThenLive(StreamScene scene, FakeSink sink, TopicFilter filter, Subscription subscription)
    {
        var from = StreamScene.PositionOf(subscription.Cursor);
        var batches = sink.Batches(subscription.Id);
        var live = batches.SkipWhile(batch => batch.Snapshot).ToList();
        var snapshot = batches.SkipLast(live.Count).SelectMany(batch => batch.Messages).ToList();

        live.Should().OnlyContain(batch => !batch.Snapshot && batch.Skipped == 0);
        batches.Count(batch => batch.SnapshotComplete).Should().Be(1);
        snapshot.Should().HaveCount(subscription.MatchedTopics);
        snapshot.Select(StreamScene.Number).Should().Equal(LastValues(filter, from));
        live.SelectMany(batch => batch.Messages).Select(StreamScene.Number).Should().Equal(Sent(filter, from, scene.Stream.Position));
    }

    /// <returns>Whether it was behind at some time.</returns>
    private static bool ShouldAccountForAll(StreamScene scene, FakeSink sink, TopicFilter filter, Subscription subscription)
    {
        var from = StreamScene.PositionOf(subscription.Cursor);
        var live = sink.Batches(subscription.Id).Where(batch => !batch.Snapshot).ToList();
        var numbers = live.SelectMany(batch => batch.Messages).Select(StreamScene.Number).ToList();
        var skipped = live.Sum(batch => batch.Skipped);

        (numbers.Count + skipped).Should().Be(Sent(filter, from, scene.Stream.Position).Count());
        numbers.Zip(numbers.Skip(1)).Should().OnlyContain(pair => pair.First < pair.Second);
        numbers.Should().Contain(LastValues(filter, scene.Stream.Position).Where(number => number > from));
        return skipped > 0;
    }

    /// <summary>Sends, and has connections join meanwhile at random.</summary>
    private async Task<(FakeSink Sink, TopicFilter Filter, Subscription Subscription)[]> RunAsync(StreamScene scene, Action<FakeSink> prepare)
    {
        var joinAt = Enumerable.Range(0, Connections).Select(_ => _random.Next(Messages)).Order().ToArray();
        var joins = new List<Task<(FakeSink, TopicFilter, Subscription)>>();
        // Goes on until all have joined, so that all join while messages come; and until each filter matches one of the last.
        while (scene.Stream.Position < Messages || !joins.All(join => join.IsCompleted) || scene.Stream.Position % 50 != 49)
        {
            scene.Stream.Position.Should().BeLessThan(MostMessages, "everybody should have joined by now");
            scene.Send(TopicAt(scene.Stream.Position + 1));
            _gate.Reach(scene.Stream.Position);
            for (; joins.Count < Connections && joinAt[joins.Count] <= scene.Stream.Position; await Task.Yield())
            {
                var index = joins.Count;
                // On a thread of its own: those of the pool may have other things to do for long.
                joins.Add(Task.Factory.StartNew(() => Join(scene, index, prepare), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            }

            if (scene.Stream.Position > Messages)
                await Task.Yield();
        }

        _gate.Reach(long.MaxValue);
        return await Task.WhenAll(joins);
    }

    private static (FakeSink Sink, TopicFilter Filter, Subscription Subscription) Join(StreamScene scene, int index, Action<FakeSink> prepare)
    {
        var filter = Filters[index % Filters.Length];
        var (sink, outbox) = scene.Connect(index % 2 == 0 ? WireFormat.Json : WireFormat.MessagePack);
        prepare(sink);
        return (sink, TopicFilter.Parse(filter), scene.Subscribe(outbox, filter, snapshot: true));
    }

    /// <summary>Half of the writes take as long as some hundreds of messages.</summary>
    private Func<Task> StallAtRandom(StreamScene scene)
    {
        var random = new Random(_random.Next());
        return () => random.Next(2) == 0 ? _gate.WaitAsync(scene.Stream.Position + random.Next(100, 2000)) : Task.CompletedTask;
    }

    private static async Task WaitForLastAsync(StreamScene scene, FakeSink sink, TopicFilter filter)
    {
        var last = LastValues(filter, scene.Stream.Position)[^1];
        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => StreamScene.Number(message) == last));
    }

    private static string TopicAt(long position) => position % 50 is var n && n < 40 ? $"t/{n}" : $"u/{n}";

    private static IEnumerable<long> Sent(TopicFilter filter, long after, long upTo)
    {
        for (var position = after + 1; position <= upTo; position++)
        {
            if (filter.Matches(TopicAt(position)))
                yield return position;
        }
    }

    private static List<long> LastValues(TopicFilter filter, long at) => [.. Sent(filter, Math.Max(0, at - 50), at)];

    /// <summary>Lets those go on who wait for a position in the stream.</summary>
    private sealed class PositionGate
    {
        private readonly Lock _lock = new();
        private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
        private long _position;

        public Task WaitAsync(long position)
        {
            lock (_lock)
            {
                if (position <= _position)
                    return Task.CompletedTask;

                var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(waiting, position);
                return waiting.Task;
            }
        }

        public void Reach(long position)
        {
            lock (_lock)
            {
                for (_position = position; _waiting.TryPeek(out var waiting, out var until) && until <= position; _waiting.Dequeue())
                    waiting.SetResult();
            }
        }
    }
}
