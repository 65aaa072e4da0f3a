using Bridge.Server.Caching;
using Bridge.Server.FanOut;
using CsCheck;

namespace Bridge.Tests.FanOut;

/// <summary>Pollers that ask now and then what has changed, beside a stream on which anything happens.</summary>
public sealed class PollerPropertyTests
{
    private static readonly string[] Topics = ["a", "a/b", "a/b/c", "b", "b/c", "b/d", "c"];
    private static readonly string[] Filters = ["#", "a/#", "b/+", "a/b", "c"];

    private static readonly Gen<Operation> Operations = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, Topics.Length - 1], Gen.Int[0, Filters.Length - 1],
        (kind, topic, filter) => new Operation(kind, Topics[topic], Filters[filter]));

    [Fact]
    public void Read_SinceTheCursorBefore_AddsUpToAllThereIs() =>
        Gen.Select(Gen.Int[3, 12], Gen.Int[1, 4], Operations.Array[0, 120]).Sample((maxTopics, limit, operations) =>
        {
            var scene = new StreamScene(new CacheOptions { MaxTopics = maxTopics });
            var pollers = Filters.ToDictionary(filter => filter, filter => new Poller(scene, filter, limit));
            foreach (var operation in operations)
                Apply(operation, scene, pollers[operation.Filter]);

            foreach (var poller in pollers.Values)
                poller.PollToTheEnd();
            foreach (var (filter, poller) in pollers)
            {
                var all = scene.Read(filter).Messages.ToDictionary(message => message.Message.Topic, message => message.Position);
                all.Should().BeSubsetOf(poller.Known);
                // What was evicted is no change.
                if (maxTopics >= Topics.Length)
                    poller.Known.Should().Equal(all);
            }
        });

    [Fact]
    public void Read_SameTag_IsTheSameValues() =>
        Gen.Select(Gen.Int[2, 12], Operations.Array[0, 80]).Sample((maxTopics, operations) =>
        {
            var scene = new StreamScene(new CacheOptions { MaxTopics = maxTopics, Ttl = TimeSpan.FromSeconds(5) });
            var seen = new Dictionary<(string Filter, string? Tag), string>();
            foreach (var operation in operations)
            {
                Apply(operation, scene, null);
                foreach (var filter in Filters)
                {
                    var values = scene.Read(filter);
                    var content = string.Join(' ', values.Messages.Select(message => $"{message.Message.Topic}@{message.Position}"));
                    if (seen.TryGetValue((filter, values.Tag), out var before))
                        content.Should().Be(before);
                    seen[(filter, values.Tag)] = content;
                }
            }
        });

    private static void Apply(Operation operation, StreamScene scene, Poller? poller)
    {
        if (operation.Kind == 0)
            scene.Receive(operation.Topic, "", retain: true);
        else if (operation.Kind is 1 or 2)
            scene.Time.Advance(TimeSpan.FromSeconds(operation.Kind));
        else if (operation.Kind < 7)
            scene.Receive(operation.Topic, "value", retain: operation.Kind == 6);
        else
            poller?.Poll();
    }

    private sealed record Operation(int Kind, string Topic, string Filter);

    /// <summary>Reads in parts, and keeps what it has read, as a client would.</summary>
    private sealed class Poller(StreamScene scene, string filter, int limit)
    {
        private string? _since;
        private string? _page;

        public Dictionary<string, long> Known { get; } = [];

        /// <summary>One request.</summary>
        public void Poll()
        {
            var terms = StreamScene.Terms(filter, _since) with { Limit = limit, Page = _page is null ? null : ReadPage.Parse(_page) };
            var values = scene.Stream.Values.Read(terms);
            if (values.IsReset)
                Known.Clear();
            foreach (var message in values.Messages)
            {
                if (message.IsDeletion)
                    Known.Remove(message.Message.Topic);
                else
                    Known[message.Message.Topic] = message.Position;
            }

            _page = values.Next?.ToString();
            if (_page is null)
                _since = values.Cursor.ToString();
        }

        /// <summary>Ends the list that it is in, and reads what has changed since that began.</summary>
        public void PollToTheEnd()
        {
            for (var lists = 0; lists < 2; lists += _page is null ? 1 : 0)
                Poll();
        }
    }
}
