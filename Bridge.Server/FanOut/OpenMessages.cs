using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>
/// The messages of one feed that are not delivered yet, within a bound: where they would be more, only the last one of each topic is
/// kept, and where even these are too many, none. What was left out is known by its number, and the cache has the last values.
/// </summary>
internal sealed class OpenMessages(bool isLatest)
{
    /// <summary>
    /// Enough for a second of what a bridge can deliver, and little beside the cache, whose messages they mostly are. In bytes, as
    /// <see cref="SequencedMessage.Size"/> counts them.
    /// </summary>
    public const int MostBytes = 16_777_216;

    // After a burst a list as large as this one is let go.
    private const int MostKept = 1024;

    private readonly List<SequencedMessage> _messages = [];
    private Dictionary<string, int>? _places = isLatest ? [] : null;
    private long _bytes;

    /// <summary>How many there are.</summary>
    public int Count => _messages.Count;

    /// <summary>Whether only the last message of each topic is kept.</summary>
    public bool IsConflated => _places is not null;

    /// <summary>Whether even these were too many.</summary>
    public bool IsLost { get; private set; }

    public void Add(in SequencedMessage message)
    {
        if (IsLost)
            return;

        Place(message);
        if (_bytes > MostBytes)
            Shrink();
    }

    /// <summary>Takes them all, in order; empty where they are lost.</summary>
    public SequencedMessage[] Take()
    {
        SequencedMessage[] taken = [.. _messages];
        if (IsConflated)
            Array.Sort(taken, SequencedMessage.ByPosition);
        Clear();
        IsLost = false;
        _places = isLatest ? [] : null;
        return taken;
    }

    private void Place(in SequencedMessage message)
    {
        _bytes += message.Size;
        if (_places is not null && !_places.TryAdd(message.Message.Topic, _messages.Count))
        {
            var place = _places[message.Message.Topic];
            _bytes -= _messages[place].Size;
            _messages[place] = message;
        }
        else
        {
            _messages.Add(message);
        }
    }

    private void Shrink()
    {
        if (!IsConflated)
            Conflate();
        if (_bytes > MostBytes)
        {
            Clear();
            IsLost = true;
        }
    }

    private void Conflate()
    {
        SequencedMessage[] all = [.. _messages];
        Clear();
        _places = [];
        foreach (ref readonly var message in all.AsSpan())
            Place(message);
    }

    private void Clear()
    {
        _messages.Clear();
        _places?.Clear();
        _bytes = 0;
        if (_messages.Capacity > MostKept)
            _messages.Capacity = 0;
    }
}
