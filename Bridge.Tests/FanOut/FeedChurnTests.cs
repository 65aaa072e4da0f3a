using System.Collections.Concurrent;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Topics;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>10,000 connections with ten filters each, all of them different, come and go on several threads while messages are received.</summary>
public sealed class FeedChurnTests
{
    private const int Connections = 10_000;
    private const int FiltersEach = 10;
    private const int Threads = 4;

    /// <summary>One connection in so many gets messages; the others' filters match nothing.</summary>
    private const int BusyOneIn = 250;

    /// <summary>One connection in so many takes nothing until all have joined.</summary>
    private const int StalledOneIn = 1000;

    /// <summary>How many subscriptions begin or end between two messages.</summary>
    private const int ChangesAMessage = 20;

    private readonly StreamScene _scene = new(limits: new LimitOptions { OutboxBytes = 1000 });
    private readonly PacedMessages _messages;
    private readonly ConcurrentBag<FeedAccount> _open = [];
    private readonly ConcurrentBag<FeedAccount> _ended = [];
    private readonly ConcurrentBag<FakeSink> _stalled = [];

    public FeedChurnTests()
    {
        var busy = Enumerable.Range(0, Connections / BusyOneIn).Select(i => i * BusyOneIn);
        _messages = new PacedMessages(_scene, [.. busy.SelectMany(c => new[] { $"plant/{c % 7}/d{c}/heat", $"plant/{c % 7}/d{c}/alarm" })], ChangesAMessage);
    }

    [Fact]
    public async Task Subscribe_AHundredThousandFiltersChurn_EachGetsItsMessagesAndNothingStays()
    {
        await _messages.RunAsync(Threads, thread => JoinAndChurn(Connections / Threads * thread, Connections / Threads, new Random(thread)));
        foreach (var sink in _stalled)
            sink.Release();
        _messages.SendEach();

        const int Filters = Connections * FiltersEach;
        var statistics = _scene.Stream.GetStatistics();
        (statistics.Subscriptions, statistics.Connections, statistics.Feeds.Count).Should().Be((Filters, Connections, Filters));
        _open.Select(account => account.Filter).Distinct().Count().Should().Be(Filters);
        _ended.Count.Should().Be(Connections);
        await ShouldGetAllAsync();
        _open.Any(account => account.Skipped > 0).Should().BeTrue("some took nothing for a while");

        var open = _open.GroupBy(account => account.Outbox).Index().ToList();
        await _messages.RunAsync(Threads, thread => Leave(open.Where(connection => connection.Index % Threads == thread)));

        statistics = _scene.Stream.GetStatistics();
        (statistics.Subscriptions, statistics.Connections, statistics.Feeds.Count, statistics.Feeds.Levels).Should().Be((0, 0, 0, 0));
        var matching = Matching();
        _open.Concat(_ended).Select(account => account.Problem(matching[account.Filter])).OfType<string>().Should().BeEmpty();
    }

    private static string[] FiltersOf(int connection)
    {
        var (site, device) = (connection % 7, $"d{connection}");
        return
        [
            $"plant/{site}/{device}/heat", $"plant/{site}/{device}/+", $"plant/{site}/{device}/#", $"plant/+/{device}/heat", $"+/{site}/{device}/alarm",
            $"+/+/{device}/#", $"plant/{site}/{device}", $"plant/{site}/{device}/heat/+", $"plant/{site}/+/{device}", $"$SYS/{device}/#",
        ];
    }

    /// <summary>Has connections join one after the other, and after each of them one of the busy ones' subscriptions end and begin anew.</summary>
    private void JoinAndChurn(int first, int count, Random random)
    {
        var busy = new List<FeedAccount>();
        for (var connection = first; connection < first + count; connection++)
        {
            var (sink, outbox) = _scene.Connect(connection % 3 == 0 ? WireFormat.MessagePack : WireFormat.Json);
            if (connection % StalledOneIn == 0)
            {
                sink.Stall();
                _stalled.Add(sink);
            }

            var accounts = FiltersOf(connection).Select(filter => Subscribe(sink, outbox, TopicFilter.Parse(filter))).ToList();
            accounts.ForEach(connection % BusyOneIn == 0 ? busy.Add : _open.Add);

            var index = random.Next(busy.Count);
            Unsubscribe(busy[index]);
            _ended.Add(busy[index]);
            busy[index] = Subscribe(busy[index].Sink, busy[index].Outbox, busy[index].Filter);
        }

        busy.ForEach(_open.Add);
    }

    /// <summary>Half of the connections unsubscribe from all they have, the others close.</summary>
    private void Leave(IEnumerable<(int Index, IGrouping<Outbox, FeedAccount> Accounts)> connections)
    {
        foreach (var (index, accounts) in connections)
        {
            if (index / Threads % 2 == 0)
            {
                foreach (var account in accounts)
                    Unsubscribe(account);
                continue;
            }

            accounts.Key.Close();
            foreach (var account in accounts)
                account.HasEnded();
            _messages.Step(FiltersEach);
        }
    }

    private FeedAccount Subscribe(FakeSink sink, Outbox outbox, TopicFilter filter)
    {
        var account = new FeedAccount(_scene, sink, outbox, filter);
        _messages.Step(1);
        return account;
    }

    private void Unsubscribe(FeedAccount account)
    {
        account.Unsubscribe();
        _messages.Step(1);
    }

    private async Task ShouldGetAllAsync()
    {
        var matching = Matching();
        var waiting = _open.ToList();
        await Eventually.HoldsAsync(
            () =>
            {
                waiting.RemoveAll(account => account.HasAll(matching[account.Filter]));
                return waiting.Count == 0;
            },
            describe: () => string.Join(Environment.NewLine, waiting.Take(20)));
    }

    private Dictionary<TopicFilter, List<long>> Matching() => _messages.Matching(_open.Select(account => account.Filter));
}
