using System.Threading.Channels;
using Bridge.Server.Topics;

namespace Bridge.Tests.FanOut;

/// <summary>Has a stream receive messages of some topics while threads work on it, at the pace of their work.</summary>
internal sealed class PacedMessages(StreamScene scene, string[] topics, int stepsAMessage)
{
    private readonly Random _random = new(4711);
    private readonly List<string> _sent = [];
    private Channel<int> _due = Channel.CreateUnbounded<int>();
    private int _steps;

    /// <summary>Runs so many threads, each with its number, until all have ended.</summary>
    public async Task RunAsync(int threads, Action<int> work)
    {
        _due = Channel.CreateUnbounded<int>();
        var workers = Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() => work(thread))));
        _ = workers.ContinueWith(_ => _due.Writer.Complete(), TaskScheduler.Default);
        await foreach (var _ in _due.Reader.ReadAllAsync())
            Send(topics[_random.Next(topics.Length)]);
        await workers;
    }

    /// <summary>Of every topic one.</summary>
    public void SendEach() => Array.ForEach(topics, Send);

    /// <summary>A thread has done so many steps.</summary>
    public void Step(int steps)
    {
        var after = Interlocked.Add(ref _steps, steps);
        if (after / stepsAMessage > (after - steps) / stepsAMessage)
            _due.Writer.TryWrite(after);
    }

    /// <summary>The positions of the messages so far that each filter matches, found by trying each topic on each.</summary>
    public Dictionary<TopicFilter, List<long>> Matching(IEnumerable<TopicFilter> filters)
    {
        var positions = _sent.Index().ToLookup(sent => sent.Item, sent => sent.Index + 1L);
        return filters.AsParallel().ToDictionary(
            filter => filter,
            filter => topics.Where(filter.Matches).SelectMany(topic => positions[topic]).Order().ToList());
    }

    private void Send(string topic)
    {
        scene.Send(topic);
        _sent.Add(topic);
    }
}
