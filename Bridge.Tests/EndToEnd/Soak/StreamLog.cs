namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>All that the bridge has received from a broker, as one reader that misses nothing tells it: which topic stands at which position.</summary>
internal sealed class StreamLog
{
    private readonly Dictionary<string, List<long>> _positions = SoakTopics.All.Append("#").ToDictionary(topic => topic, _ => new List<long>());
    private readonly Dictionary<string, long> _last = SoakTopics.All.ToDictionary(topic => topic, _ => -1L);

    private long _newest;

    /// <summary>The number of the message that was added last.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    /// <summary>How many messages it has.</summary>
    public int Count => _positions["#"].Count;

    /// <summary>Whether it has the last message of each topic.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Adds the next message.</summary>
    public void Add(string cursor, string topic, long number)
    {
        var position = SoakTopics.PositionOf(cursor);
        position.Should().BeGreaterThan(_positions["#"].LastOrDefault(), "each message has a position of its own");
        number.Should().BeGreaterThan(_last[topic], $"{topic} comes in order");
        _last[topic] = number;
        Interlocked.Exchange(ref _newest, number);
        _positions[topic].Add(position);
        _positions["#"].Add(position);
        IsComplete = _last.Values.All(last => last == SoakTopics.Last);
    }

    /// <summary>How many messages there were for a filter, <c>#</c> or a topic, after one position and up to another.</summary>
    public int CountOf(string filter, long from, long to) => UpTo(_positions[filter], to) - UpTo(_positions[filter], from);

    private static int UpTo(List<long> positions, long position) =>
        positions.BinarySearch(position) is >= 0 and var index ? index + 1 : ~positions.BinarySearch(position);
}
