using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using Microsoft.Data.Sqlite;

namespace Bridge.Server.Persistence;

/// <summary>What is asked of the history.</summary>
internal static class HistoryQueries
{
    /// <summary>So many messages are looked at for one answer, however few match.</summary>
    private const int MostLookedAt = 100_000;

    private const string InRange = "h.position > $b AND h.position <= $c AND h.received_at >= $d AND h.received_at < $e ORDER BY h.position";

    private const string OfStream =
        "SELECT h.position, t.topic, h.message FROM history h JOIN history_topics t ON t.id = h.topic WHERE h.stream = $a AND " + InRange;

    private const string OfTopic =
        "SELECT h.position, t.topic, h.message FROM history_topics t CROSS JOIN history h ON h.topic = t.id WHERE t.stream = $a AND t.topic = $f AND " + InRange;

    /// <summary>Whether messages after a position were removed of a topic that matches.</summary>
    public static bool WasTrimmed(SqliteConnection file, long stream, TopicFilter filter, long after)
    {
        using var trimmed = new Sql(file, "SELECT topic FROM history_topics WHERE stream = $a AND trimmed_up_to > $b");
        using var topics = trimmed.Read(stream, after);
        while (topics.Read())
        {
            if (filter.Matches(topics.GetString(0)))
                return true;
        }

        return false;
    }

    /// <summary>Counts the messages that match after a position, and not after another.</summary>
    public static long Count(SqliteConnection file, long stream, TopicFilter filter, long after, long upTo)
    {
        using var counts = new Sql(
            file,
            """
            SELECT t.topic, COUNT(*) FROM history h JOIN history_topics t ON t.id = h.topic
            WHERE h.stream = $a AND h.position > $b AND h.position <= $c GROUP BY h.topic
            """);
        using var topics = counts.Read(stream, after, upTo);
        var count = 0L;
        while (topics.Read())
            count += filter.Matches(topics.GetString(0)) ? topics.GetInt64(1) : 0;
        return count;
    }

    /// <inheritdoc cref="IStreamHistory.Read"/>
    public static long Read(
        SqliteConnection file, StoredStream stream, TopicFilter filter, HistoryRange range, int most, long mostBytes, List<SequencedMessage> results)
    {
        using var sql = new Sql(file, filter.IsExact ? OfTopic : OfStream);
        var (from, to) = (range.Since?.ToUnixTimeMilliseconds() ?? long.MinValue, range.Until?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        using var rows = filter.IsExact
            ? sql.Read(stream.Id, range.After, range.UpTo, from, to, filter.Text)
            : sql.Read(stream.Id, range.After, range.UpTo, from, to);
        var (reached, bytes) = (range.After, 0L);
        for (var looked = 0; rows.Read(); looked++)
        {
            if (results.Count >= most || bytes >= mostBytes || looked >= MostLookedAt)
                return reached;

            reached = rows.GetInt64(0);
            if (!filter.Matches(rows.GetString(1)))
                continue;

            var message = new SequencedMessage(reached, MessageBlob.Decode(rows.GetFieldValue<byte[]>(2), stream.BrokerKey));
            results.Add(message);
            bytes += message.Message.Payload.Length;
        }

        return range.UpTo;
    }
}
