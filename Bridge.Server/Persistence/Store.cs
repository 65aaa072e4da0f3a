using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;

namespace Bridge.Server.Persistence;

/// <summary>What outlasts a run of the bridge: what is read from the file when it starts, and what its writer puts into it.</summary>
internal sealed partial class Store : IStreamStore, IDisposable
{
    /// <summary>So many values, and as many messages, of each broker are written at a time.</summary>
    private const int MostRows = 2000;

    private static readonly TimeSpan ExpireEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredStream> _streams = [];
    private readonly PersistenceOptions _options;
    private readonly StorePlace _place;
    private readonly StoreConnection<StoreTables> _connection;
    private readonly StoreHealth _health;
    private readonly TimeProvider _time;
    private readonly ILogger<Store> _logger;
    private readonly StoreRounds _rounds = new();
    private long _expiredAt;
    private long _forgottenAt;

    public Store(BridgeOptions options, IHostEnvironment environment, StoreHealth health, TimeProvider time, ILogger<Store> logger)
    {
        (_options, _health, _time, _logger) = (options.Persistence, health, time, logger);
        _place = new StorePlace(Path.GetFullPath(_options.Path, environment.ContentRootPath), time);
        _connection = new StoreConnection<StoreTables>(_place, () => new StoreTables(_place.Path, _options, options.Cache.Ttl), health, logger)
        {
            Opened = AttachAll,
            SetAside = DetachAll,
        };
        _expiredAt = _forgottenAt = time.GetTimestamp();
    }

    /// <summary>Is called when there is much to write.</summary>
    public Action? ManyCame { get; set; }

    /// <summary>Tells when something was written.</summary>
    public StoreRounds Rounds => _rounds;

    /// <inheritdoc cref="StorePlace.Bytes"/>
    public long FileBytes => _place.Bytes;

    /// <inheritdoc/>
    public StreamStart Begin(string brokerKey, string newEpoch)
    {
        lock (_gate)
        {
            var rules = new HistoryRules(_options, brokerKey);
            StreamStart? start = null;
            // What is broken is set aside, and the second attempt finds nothing.
            for (var attempt = 0; attempt < 2 && start is null; attempt++)
                _connection.Try(tables => start = Restore(tables, brokerKey, rules));
            if (start is not null)
                return start;

            var stream = _streams[brokerKey] = new StoredStream(brokerKey, newEpoch, rules);
            _connection.Try(tables => Attach(tables, stream));
            return new StreamStart(newEpoch);
        }
    }

    /// <inheritdoc/>
    public IStreamHistory? HistoryOf(string brokerKey)
    {
        lock (_gate)
            return _streams[brokerKey] is { Rules.IsOn: true } stream ? new StreamHistory(_place.Path, stream, _rounds) : null;
    }

    /// <inheritdoc/>
    public void Follow(MessageStream stream)
    {
        lock (_gate)
            _streams[stream.BrokerKey].Stream = stream;
        stream.ManyCame = () => ManyCame?.Invoke();
    }

    /// <inheritdoc/>
    public void Leave(MessageStream stream)
    {
        WriteAll();
        lock (_gate)
        {
            if (_streams.Remove(stream.BrokerKey, out var stored) && !stored.HasChanged)
                _connection.Try(tables => tables.Commit(() => tables.Streams.End(stored)));
        }
    }

    /// <summary>Writes some of what has changed, all of it or nothing.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Write()
    {
        lock (_gate)
        {
            List<StoredStream> changed = [.. _streams.Values.Where(stream => stream.HasChanged)];
            if (!_connection.Try(tables => Write(tables, changed)))
            {
                changed.ForEach(stream => stream.TakeBack());
                return false;
            }

            changed.ForEach(stream => stream.Written());
            var isMore = changed.Exists(stream => stream.IsBehind);
            if (!isMore)
                _health.Whole();
            return isMore;
        }
    }

    /// <summary>Writes the rest, so that the next run goes on where this one ended, and closes the file.</summary>
    public void End()
    {
        WriteAll();
        lock (_gate)
        {
            if (!_health.IsFailing)
                _connection.Try(tables => tables.Commit(() => EndAll(tables)));
            _connection.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _connection.Dispose();
        _place.Dispose();
    }

    private void WriteAll()
    {
        while (Write())
        {
            // It ends: streams that have ended get nothing more.
        }
    }

    private StreamStart? Restore(StoreTables tables, string brokerKey, HistoryRules rules)
    {
        if (tables.Streams.Find(brokerKey, rules) is not { } row)
            return null;

        var began = _time.GetTimestamp();
        var values = tables.Values.Read(row.Id, brokerKey, _time.GetUtcNow());
        tables.Commit(() => tables.Streams.Begin(row, rules));
        var stream = _streams[brokerKey] = new StoredStream(brokerKey, row.Start.Epoch, rules);
        stream.Attach(row);
        Log.Restored(_logger, brokerKey, values.Count, _time.GetElapsedTime(began).TotalMilliseconds);
        return row.Start with { Values = values };
    }

    private void AttachAll(StoreTables tables)
    {
        foreach (var stream in _streams.Values)
            Attach(tables, stream);
    }

    private static void Attach(StoreTables tables, StoredStream stream)
    {
        var row = tables.Streams.Find(stream.BrokerKey, stream.Rules);
        if (row is null)
            stream.Attach(tables.Streams.Add(stream.BrokerKey, stream.Epoch, stream.Rules));
        else if (row.Id != stream.Id || row.Start.Epoch != stream.Epoch)
            // Its values are of a run that this one knows nothing of, and cannot be put among its own.
            throw new StoreFormatException("unread", "it could not be read when the bridge started");
    }

    private void DetachAll()
    {
        foreach (var stream in _streams.Values)
            stream.Detach();
    }

    private void Write(StoreTables tables, List<StoredStream> changed)
    {
        if (changed.Count > 0)
        {
            changed.ForEach(stream => stream.Collect(MostRows));
            tables.Commit(() => changed.ForEach(stream => Write(tables, stream)));
        }

        if (IsTimeFor(ref _expiredAt, ExpireEvery))
            tables.Expire(_time.GetUtcNow());
        if (IsTimeFor(ref _forgottenAt, ForgetEvery))
            tables.Commit(() => _streams.Values.ToList().ForEach(tables.History.ForgetTopics));
    }

    private static void Write(StoreTables tables, StoredStream stream)
    {
        tables.Values.Write(stream.Id, stream.Changes);
        if (stream.Rules.IsOn)
            tables.History.Write(stream, stream.Changes.Messages);
        tables.Streams.Update(stream);
    }

    private void EndAll(StoreTables tables)
    {
        foreach (var stream in _streams.Values.Where(stream => !stream.HasChanged))
            tables.Streams.End(stream);
    }

    private bool IsTimeFor(ref long last, TimeSpan every)
    {
        if (_time.GetElapsedTime(last) < every)
            return false;

        last = _time.GetTimestamp();
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(8004, LogLevel.Information, "Broker {BrokerKey}: {Count} last values were read back in {Milliseconds:0} ms")]
        public static partial void Restored(ILogger logger, string brokerKey, int count, double milliseconds);
    }
}
