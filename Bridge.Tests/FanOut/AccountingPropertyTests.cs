using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;
using Bridge.Tests.Support;
using CsCheck;

namespace Bridge.Tests.FanOut;

/// <summary>
/// Whatever subscribers want, whenever they come, go and stall: what each received and what it was told of as skipped is what was
/// published, each topic in order, none twice, and the last of each topic is there.
/// </summary>
public sealed class AccountingPropertyTests
{
    private static readonly string[] Topics = ["a", "a/1", "a/2", "b"];
    private static readonly string[] Filters = ["#", "a/#", "a/+", "b"];
    private static readonly DeliveryMode[] Modes = [DeliveryMode.All, DeliveryMode.Latest(null), DeliveryMode.Latest(100), DeliveryMode.Latest(3)];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (8, Gen.Select(Gen.Int[0, 3], Gen.Int[1, 60], (topic, count) => new Step(StepKind.Send, topic, count))),
        (4, Gen.Int[1, 400].Select(milliseconds => new Step(StepKind.Wait, milliseconds, 0))),
        (2, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], (filter, mode) => new Step(StepKind.Join, filter, mode))),
        (2, Gen.Int[0, 9].Select(index => new Step(StepKind.Stall, index, 0))),
        (2, Gen.Int[0, 9].Select(index => new Step(StepKind.Release, index, 0))),
        (1, Gen.Int[0, 9].Select(index => new Step(StepKind.Leave, index, 0))),
        (1, Gen.Int[0, 3].Select(topic => new Step(StepKind.Delete, topic, 0))));

    private enum StepKind
    {
        Send,
        Delete,
        Wait,
        Join,
        Stall,
        Release,
        Leave,
    }

    [Fact]
    public Task Subscribers_OfAllModes_AccountForEverything() => Steps.Array[5, 80].SampleAsync(RunAsync, iter: 300);

    private static async Task RunAsync(Step[] steps)
    {
        var run = new Run();
        foreach (var step in steps)
            run.Take(step);
        await run.FinishAsync();
    }

    private readonly record struct Step(StepKind Kind, int First, int Second);

    private sealed class Run
    {
        private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = 2000, SendTimeoutSeconds = 0 }, gatherMilliseconds: 10);
        private readonly List<string> _sent = [];
        private readonly List<Member> _members = [];

        public void Take(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.Send:
                    for (var i = 0; i < step.Second; i++)
                        Send(Topics[(step.First + i) % Topics.Length]);
                    break;
                case StepKind.Delete:
                    Delete(Topics[step.First]);
                    break;
                case StepKind.Wait:
                    _scene.Time.Advance(TimeSpan.FromMilliseconds(step.First));
                    break;
                case StepKind.Join:
                    Join(Filters[step.First], Modes[step.Second]);
                    break;
                case StepKind.Stall:
                    Find(step.First)?.Sink.Stall();
                    break;
                case StepKind.Release:
                    Find(step.First)?.Sink.Release();
                    break;
                case StepKind.Leave when Find(step.First) is { HasLeft: false } member:
                    member.HasLeft = true;
                    _scene.Unsubscribe(member.Outbox, member.Subscription);
                    break;
            }
        }

        /// <summary>Lets all that waits arrive, and holds it against what was sent.</summary>
        public async Task FinishAsync()
        {
            foreach (var member in _members)
                member.Sink.Release();
            foreach (var member in _members.Where(member => !member.HasLeft))
            {
                await Eventually.HoldsAsync(
                    () =>
                    {
                        // Whatever was deferred for a time is due.
                        _scene.Time.Advance(TimeSpan.FromSeconds(1));
                        return Received(member).Count + Skipped(member) >= Expected(member).Count;
                    },
                    describe: () => $"{Received(member).Count} received, {Skipped(member)} skipped of {Expected(member).Count}");
                (Received(member).Count + Skipped(member)).Should().Be(Expected(member).Count);
            }

            if (!_members.Exists(member => member.HasLeft))
                await Eventually.HoldsAsync(IsCounted, describe: () => "The stream's counts are others");
            foreach (var member in _members)
                ShouldBeInOrder(member);
            foreach (var member in _members.Where(member => !member.HasLeft))
                ShouldEndWithTheLast(member);
        }

        /// <summary>What the stream counts is what everybody got. What was on its way to who left counts too.</summary>
        private bool IsCounted()
        {
            var counts = _scene.Stream.Deliveries;
            return counts.Of(DeliveryKind.Live) + counts.Of(DeliveryKind.CatchUp) == _members.Sum(member => Received(member).Count)
                && counts.Of(DeliveryKind.Snapshot) == _members.Sum(member => member.Sink.Batches().Where(batch => batch.Snapshot).Sum(batch => batch.Messages.Count))
                && Enum.GetValues<SkipCause>().Sum(counts.Of) == _members.Sum(Skipped);
        }

        private void Send(string topic)
        {
            _sent.Add(topic);
            _scene.Send(topic);
        }

        /// <summary>Its text is empty: its position stands elsewhere.</summary>
        private void Delete(string topic)
        {
            _sent.Add(topic);
            var position = _sent.Count.ToString(CultureInfo.InvariantCulture);
            _scene.Stream.Receive(TestMessages.Message(topic, "", retain: true, _scene.Time.GetUtcNow()) with { ContentType = position }, -1);
        }

        private static long PositionOf(BridgeMessage message) =>
            message.Payload.IsEmpty ? long.Parse(message.ContentType!, CultureInfo.InvariantCulture) : StreamScene.Number(message);

        private void Join(string filter, DeliveryMode mode)
        {
            var (sink, outbox) = _scene.Connect();
            _members.Add(new Member(sink, outbox, TopicFilter.Parse(filter), _scene.Subscribe(outbox, filter, snapshot: true, mode: mode)));
        }

        private Member? Find(int index) => _members.Count > 0 ? _members[index % _members.Count] : null;

        private static void ShouldBeInOrder(Member member)
        {
            var begin = StreamScene.PositionOf(member.Subscription.Cursor);
            var received = Received(member);
            received.Select(message => message.Position).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            received.Where(message => message.Position <= begin || !member.Filter.Matches(message.Topic)).Should().BeEmpty();
        }

        private void ShouldEndWithTheLast(Member member)
        {
            var last = Expected(member).GroupBy(message => message.Topic).Select(topic => topic.Max(message => message.Position));
            last.Except(Received(member).Select(message => message.Position)).Should().BeEmpty("the last of each topic is never left out");
        }

        private List<(long Position, string Topic)> Expected(Member member)
        {
            var begin = (int)StreamScene.PositionOf(member.Subscription.Cursor);
            return [.. _sent.Select((topic, index) => (index + 1L, topic)).Skip(begin).Where(message => member.Filter.Matches(message.topic))];
        }

        private static List<MessageBatch> Live(Member member) => [.. member.Sink.Batches(member.Subscription.Id).Where(batch => !batch.Snapshot)];

        private static long Skipped(Member member) => Live(member).Sum(batch => batch.Skipped);

        private static List<(long Position, string Topic)> Received(Member member) =>
            [.. Live(member).SelectMany(batch => batch.Messages).Select(message => (PositionOf(message), message.Topic))];
    }

    private sealed class Member(FakeSink sink, Outbox outbox, TopicFilter filter, Subscription subscription)
    {
        public FakeSink Sink { get; } = sink;

        public Outbox Outbox { get; } = outbox;

        public TopicFilter Filter { get; } = filter;

        public Subscription Subscription { get; } = subscription;

        public bool HasLeft { get; set; }
    }
}
