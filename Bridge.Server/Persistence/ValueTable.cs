using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Messages;

namespace Bridge.Server.Persistence;

/// <summary>The last value of each topic, and the messages that deleted one.</summary>
/// <param name="file">The file.</param>
/// <param name="ttl">How long a value is kept that the broker does not retain; 0 for ever.</param>
internal sealed class ValueTable(StoreFile file, TimeSpan ttl) : IDisposable
{
    private readonly Sql _all = new(
        file.Connection, "SELECT position, message, retained FROM last_values WHERE stream = $a AND (expires_at IS NULL OR expires_at > $b) ORDER BY position");

    private readonly Sql _set = new(
        file.Connection,
        """
        INSERT INTO last_values (stream, topic, position, is_deletion, expires_at, message, retained) VALUES ($a, $b, $c, $d, $e, $f, $g)
        ON CONFLICT (stream, topic) DO UPDATE SET
            position = excluded.position, is_deletion = excluded.is_deletion, expires_at = excluded.expires_at,
            message = excluded.message, retained = excluded.retained
        """);

    private readonly Sql _remove = new(file.Connection, "DELETE FROM last_values WHERE stream = $a AND is_deletion = $b AND position <= $c");
    private readonly Sql _removeAll = new(file.Connection, "DELETE FROM last_values WHERE stream = $a");
    private readonly Sql _expire = new(file.Connection, "DELETE FROM last_values WHERE expires_at <= $a");

    /// <summary>Reads the values of a stream, in its order.</summary>
    public List<KeptMessage> Read(long stream, string brokerKey, DateTimeOffset now)
    {
        var values = new List<KeptMessage>();
        using var rows = _all.Read(stream, now.ToUnixTimeMilliseconds());
        while (rows.Read())
        {
            var retained = rows.IsDBNull(2) ? null : MessageBlob.Decode(rows.GetFieldValue<byte[]>(2), brokerKey);
            values.Add(new KeptMessage(rows.GetInt64(0), MessageBlob.Decode(rows.GetFieldValue<byte[]>(1), brokerKey), retained));
        }

        return values;
    }

    /// <summary>Writes what has changed, and removes what the cache has let go.</summary>
    public void Write(long stream, StreamChanges changes)
    {
        if (changes.IsAnew)
            _removeAll.Run(stream);
        foreach (var (position, message, retained) in changes.Values)
        {
            var isDeletion = new SequencedMessage(position, message).IsDeletion;
            _set.Run(
                stream, message.Topic, position, isDeletion ? 1 : 0, ExpiryOf(message, isDeletion),
                MessageBlob.Encode(message), retained is null ? null : MessageBlob.Encode(retained));
        }

        _remove.Run(stream, 0, changes.EvictedUpTo);
        _remove.Run(stream, 1, changes.DeletionsForgottenUpTo);
    }

    /// <summary>Removes what has run out of time.</summary>
    public void Expire(DateTimeOffset now) => _expire.Run(now.ToUnixTimeMilliseconds());

    public void Dispose()
    {
        _all.Dispose();
        _set.Dispose();
        _remove.Dispose();
        _removeAll.Dispose();
        _expire.Dispose();
    }

    private long? ExpiryOf(BridgeMessage message, bool isDeletion)
    {
        var byAge = message.Retain || isDeletion || ttl == TimeSpan.Zero ? null : (DateTimeOffset?)(message.ReceivedAt + ttl);
        var expiry = message.ExpiresAt is { } own && (byAge is null || own < byAge) ? own : byAge;
        return expiry?.ToUnixTimeMilliseconds();
    }
}
