using Bridge.Contracts;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>One subscription, over all connections on which it went on from its cursor: what it got, and what it was due.</summary>
internal sealed class SoakAccount(string brokerKey, string filter)
{
    private readonly Dictionary<string, long> _last = [];
    private long _from;
    private long _reached;

    public string Filter => filter;

    /// <summary>Where to go on from; null before it has begun.</summary>
    public string? Cursor { get; private set; }

    public long Received { get; private set; }

    public long Skipped { get; private set; }

    /// <summary>How often it went on from its cursor.</summary>
    public int Resumed { get; private set; }

    /// <summary>Whether it has the last message of each of its topics.</summary>
    public bool IsComplete => _last.Values.Count(number => number == SoakTopics.Last) == (filter == "#" ? SoakTopics.All.Count : 1);

    /// <summary>The subscription began, or goes on.</summary>
    public void Begin(SubscribeResult result, bool isResuming)
    {
        result.Resumed.Should().Be(isResuming, $"{this}: the bridge still has what came since");
        if (isResuming)
            Resumed++;
        else
            _from = SoakTopics.PositionOf(result.Cursor);
        // Batches may come before the answer; they reach at least as far.
        Cursor ??= result.Cursor;
    }

    public void Take(MessageBatch batch)
    {
        (Cursor, _reached) = (batch.Cursor, SoakTopics.PositionOf(batch.Cursor));
        Skipped += batch.Skipped;
        Received += batch.Messages.Count;
        foreach (var message in batch.Messages)
        {
            var number = SoakTopics.NumberOf(message.Payload.Span);
            if (_last.TryGetValue(message.Topic, out var last) && number <= last)
                throw new InvalidOperationException($"{this}: {message.Topic} brought {number} after {last}");
            _last[message.Topic] = number;
        }
    }

    /// <summary>Says what is wrong, or null: received and skipped are what the bridge had for it, up to the last batch that came.</summary>
    public string? FindProblem(StreamLog log)
    {
        var due = _reached == 0 ? 0 : log.CountOf(filter, _from, _reached);
        return Received + Skipped == due ? null : $"{this}: due were {due}";
    }

    public override string ToString() =>
        $"{brokerKey} {filter} from {_from} to {_reached}, resumed {Resumed} times: {Received} received, {Skipped} skipped";
}
