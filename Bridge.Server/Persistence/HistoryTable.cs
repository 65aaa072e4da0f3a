using Bridge.Server.Messages;
using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>The messages of the past, as their one writer has them.</summary>
internal sealed class HistoryTable(StoreFile file, long mostBytes) : IDisposable
{
    /// <summary>Of so many topics it is remembered what is kept of them; of others it is looked up.</summary>
    private const int MostKnown = 100_000;

    /// <summary>So many messages go at a time, so that nobody waits long for the file.</summary>
    private const int MostRemoved = 2000;

    private readonly Sql _findTopic = new(file.Connection, "SELECT id FROM history_topics WHERE stream = $a AND topic = $b");
    private readonly Sql _addTopic = new(file.Connection, "INSERT INTO history_topics (stream, topic, trimmed_up_to) VALUES ($a, $b, 0) RETURNING id");
    private readonly Sql _count = new(file.Connection, "SELECT COUNT(*) FROM history WHERE topic = $a");
    private readonly Sql _add = new(
        file.Connection,
        "INSERT OR REPLACE INTO history (stream, position, topic, received_at, expires_at, bytes, message) VALUES ($a, $b, $c, $d, $e, $f, $g)");

    private readonly Sql _sum = new(file.Connection, "SELECT SUM(bytes) FROM history WHERE stream = $a");
    private readonly Sql _trim = new(
        file.Connection,
        """
        DELETE FROM history WHERE topic = $a AND position <= (SELECT position FROM history WHERE topic = $a ORDER BY position DESC LIMIT 1 OFFSET $b)
        RETURNING topic, position, bytes, stream
        """);

    private readonly Sql _removeOldest = new(
        file.Connection,
        "DELETE FROM history WHERE rowid IN (SELECT rowid FROM history WHERE stream = $a ORDER BY position LIMIT $b) RETURNING topic, position, bytes, stream");

    private readonly Sql _removeExpired = new(
        file.Connection,
        "DELETE FROM history WHERE rowid IN (SELECT rowid FROM history WHERE expires_at <= $a LIMIT $b) RETURNING topic, position, bytes, stream");

    private readonly Sql _trimmed = new(file.Connection, "UPDATE history_topics SET trimmed_up_to = $b WHERE id = $a AND trimmed_up_to < $b");
    private readonly Sql _forgotten = new(
        file.Connection,
        """
        DELETE FROM history_topics WHERE stream = $a AND NOT EXISTS (SELECT 1 FROM history WHERE history.topic = history_topics.id)
        RETURNING trimmed_up_to
        """);

    private readonly Dictionary<(long Stream, string Topic), Topic> _known = [];
    private readonly Dictionary<long, Topic> _knownById = [];
    private readonly Dictionary<long, long> _bytes = [];
    private readonly HashSet<Topic> _full = [];

    /// <summary>Writes messages, and removes those that are too many for their topics, or for the broker.</summary>
    public void Write(StoredStream stream, List<SequencedMessage> messages)
    {
        foreach (ref readonly var message in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(messages))
        {
            if (stream.Rules.Find(message.Message.Topic) is { PerTopic: > 0 } rule)
                Add(stream.Id, message, rule);
        }

        foreach (var topic in _full)
            Remove(_trim.Read(topic.Id, topic.Most));
        _full.Clear();
        while (BytesOf(stream.Id) > mostBytes)
            Remove(_removeOldest.Read(stream.Id, MostRemoved));
    }

    /// <summary>Removes messages that are too old, and forgets the topics of which none are left.</summary>
    /// <returns>Whether there are no more.</returns>
    public bool Expire(DateTimeOffset now) => Remove(_removeExpired.Read(now.ToUnixTimeMilliseconds(), MostRemoved)) < MostRemoved;

    /// <summary>Forgets the topics of which no messages are left.</summary>
    public void ForgetTopics(StoredStream stream)
    {
        using var rows = _forgotten.Read(stream.Id);
        while (rows.Read())
            stream.TopicsForgotten(rows.GetInt64(0));
        ForgetKnown();
    }

    /// <summary>Forgets what is remembered of the file: what was written last may not be there.</summary>
    public void ForgetKnown()
    {
        _known.Clear();
        _knownById.Clear();
        _bytes.Clear();
        _full.Clear();
    }

    public void Dispose()
    {
        foreach (var sql in new[] { _findTopic, _addTopic, _count, _add, _sum, _trim, _removeOldest, _removeExpired, _trimmed, _forgotten })
            sql.Dispose();
    }

    private void Add(long stream, in SequencedMessage message, HistoryRule rule)
    {
        var topic = FindTopic(stream, message.Message.Topic);
        var expiry = rule.Age > TimeSpan.Zero ? (message.Message.ReceivedAt + rule.Age).ToUnixTimeMilliseconds() : default(object?);
        _add.Run(
            stream, message.Position, topic.Id, message.Message.ReceivedAt.ToUnixTimeMilliseconds(), expiry, message.Size, MessageBlob.Encode(message.Message));
        _bytes[stream] = BytesOf(stream) + message.Size;
        topic.Most = rule.PerTopic;
        if (++topic.Count > topic.Most)
            _full.Add(topic);
    }

    private Topic FindTopic(long stream, string text)
    {
        if (_known.TryGetValue((stream, text), out var topic))
            return topic;

        if (_known.Count >= MostKnown)
            ForgetTopicsButFull();
        var id = (long)(_findTopic.Get(stream, text) ?? _addTopic.Get(stream, text)!);
        topic = new Topic(id) { Count = (long)_count.Get(id)! };
        _known.Add((stream, text), topic);
        _knownById.Add(id, topic);
        return topic;
    }

    private void ForgetTopicsButFull()
    {
        _known.Clear();
        _knownById.Clear();
        foreach (var full in _full)
            _knownById.Add(full.Id, full);
    }

    private long BytesOf(long stream)
    {
        if (!_bytes.TryGetValue(stream, out var bytes))
            _bytes.Add(stream, bytes = _sum.Get(stream) as long? ?? 0);
        return bytes;
    }

    /// <summary>Notes what went: who wants all since before it is told that not all is there.</summary>
    private int Remove(SqliteDataReader removed)
    {
        var newest = new Dictionary<long, long>();
        var count = 0;
        using (removed)
        {
            for (; removed.Read(); count++)
            {
                var (topic, position, stream) = (removed.GetInt64(0), removed.GetInt64(1), removed.GetInt64(3));
                newest[topic] = Math.Max(newest.GetValueOrDefault(topic), position);
                // Where the sum is not known yet, it will be without these.
                if (_bytes.TryGetValue(stream, out var bytes))
                    _bytes[stream] = bytes - removed.GetInt64(2);
                if (_knownById.TryGetValue(topic, out var known))
                    known.Count--;
            }
        }

        foreach (var (topic, position) in newest)
            _trimmed.Run(topic, position);
        return count;
    }

    /// <summary>What is remembered of a topic.</summary>
    private sealed class Topic(long id)
    {
        public long Id { get; } = id;

        public long Count { get; set; }

        public int Most { get; set; }
    }
}
