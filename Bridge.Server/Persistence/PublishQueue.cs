using System.Collections.Concurrent;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;

namespace Bridge.Server.Persistence;

/// <summary>
/// Messages that wait on disk for their brokers. What many add at a time goes to the disk together: to wait for that is what it costs.
/// </summary>
internal sealed class PublishQueue : IDisposable
{
    /// <summary>So many changes are written together.</summary>
    private const int MostTogether = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, QueueLength> _lengths = [];
    private readonly BlockingCollection<QueueChange> _changes = [];
    private readonly PersistenceOptions _options;
    private readonly StorePlace _place;
    private readonly StoreConnection<QueueTable> _connection;
    private readonly TimeProvider _time;
    private Thread? _writer;
    private bool _isLoaded;

    public PublishQueue(BridgeOptions options, IHostEnvironment environment, TimeProvider time, ILogger<PublishQueue> logger)
    {
        (_options, _time) = (options.Persistence, time);
        var path = Path.GetFullPath(_options.QueuePath, environment.ContentRootPath);
        _place = new StorePlace(path, time);
        Health = new StoreHealth(time);
        _connection = new StoreConnection<QueueTable>(_place, () => new QueueTable(path), Health, logger) { Opened = Load, SetAside = Forget };
    }

    /// <summary>Whether it works.</summary>
    public StoreHealth Health { get; }

    /// <inheritdoc cref="StorePlace.Bytes"/>
    public long FileBytes => _place.Bytes;

    /// <summary>The brokers for which messages wait, from this run or one before.</summary>
    /// <exception cref="BridgeConfigurationException">Another bridge uses the file.</exception>
    public IReadOnlyList<string> FindBrokers()
    {
        if (!_options.IsOn || !File.Exists(_place.Path))
            return [];

        lock (_gate)
        {
            _connection.Try(_ => { });
            return [.. _lengths.Where(length => length.Value.Count > 0).Select(length => length.Key)];
        }
    }

    /// <summary>What waits for a broker.</summary>
    public QueueLength LengthOf(string brokerKey)
    {
        lock (_lengths)
            return _lengths.GetValueOrDefault(brokerKey);
    }

    /// <summary>Adds a message, and completes when it is on the disk.</summary>
    /// <param name="request">The message.</param>
    /// <param name="numbered">Is told its number, before anybody can read it.</param>
    /// <exception cref="BridgeException">There are too many, or the disk does not take it.</exception>
    public async Task AddAsync(PublishRequest request, Action<long> numbered)
    {
        var bytes = SizeOf(request);
        Reserve(request.BrokerKey, bytes);
        try
        {
            await RunAsync(table =>
            {
                numbered(table.Add(request, bytes, _time.GetUtcNow()));
                return true;
            });
        }
        catch (IOException exception)
        {
            Release(request.BrokerKey, bytes);
            throw new BridgeException(ErrorCodes.Overloaded, $"The message could not be written to disk: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the next messages for a broker.</summary>
    /// <exception cref="IOException">The disk does not work now.</exception>
    public Task<List<QueuedPublish>> ReadAsync(string brokerKey, long after, int most) => RunAsync(table => table.Read(brokerKey, after, most));

    /// <summary>Notes how far a QoS 2 message has come, and completes when that is on the disk.</summary>
    /// <exception cref="IOException">The disk does not work now.</exception>
    public Task NoteAsync(QueuedPublish publish, QueueProgress progress) => RunAsync(table =>
    {
        table.Note(publish.Id, progress);
        return true;
    });

    /// <summary>Removes a message, and completes when it is not on the disk any more.</summary>
    /// <exception cref="IOException">The disk does not work now.</exception>
    public async Task RemoveAsync(QueuedPublish publish)
    {
        var brokerKey = publish.Request.BrokerKey;
        var oldest = await RunAsync(table =>
        {
            table.Remove(publish.Id);
            return table.FindOldest(brokerKey);
        });
        Release(brokerKey, SizeOf(publish.Request));
        SetOldest(brokerKey, oldest);
    }

    public void Dispose()
    {
        _changes.CompleteAdding();
        _writer?.Join();
        lock (_gate)
            _connection.Dispose();
        _place.Dispose();
        _changes.Dispose();
    }

    private static long SizeOf(PublishRequest request) =>
        SequencedMessage.Overhead + request.Payload.Length + (sizeof(char) * (request.Topic.Length + (request.ContentType?.Length ?? 0)))
        + (request.UserProperties?.Sum(pair => sizeof(char) * (pair[0].Length + pair[1].Length)) ?? 0);

    private void Reserve(string brokerKey, long bytes)
    {
        lock (_lengths)
        {
            var length = _lengths.GetValueOrDefault(brokerKey);
            if (length.Count >= _options.QueueMessages || length.Bytes + bytes > _options.QueueBytes)
                throw new BridgeException(ErrorCodes.Overloaded, $"{length.Count} messages wait for broker '{brokerKey}' on disk already; there is no room for more.");

            _lengths[brokerKey] = new QueueLength(length.Count + 1, length.Bytes + bytes, length.Since ?? _time.GetUtcNow());
        }
    }

    private void Release(string brokerKey, long bytes)
    {
        lock (_lengths)
        {
            var length = _lengths.GetValueOrDefault(brokerKey);
            // Where the file was set aside, they count no more.
            if (length.Count > 0)
                _lengths[brokerKey] = new QueueLength(length.Count - 1, length.Bytes - bytes, length.Count > 1 ? length.Since : null);
        }
    }

    private void SetOldest(string brokerKey, DateTimeOffset? oldest)
    {
        lock (_lengths)
        {
            if (_lengths.GetValueOrDefault(brokerKey) is { Count: > 0 } length)
                _lengths[brokerKey] = length with { Since = oldest ?? _time.GetUtcNow() };
        }
    }

    private void Load(QueueTable table)
    {
        // When the file is opened again after a failure, they are known, and more of them are on their way.
        if (_isLoaded)
            return;

        _isLoaded = true;
        lock (_lengths)
        {
            foreach (var (broker, (count, bytes, since)) in table.ReadLengths())
            {
                var coming = _lengths.GetValueOrDefault(broker);
                _lengths[broker] = new QueueLength(coming.Count + count, coming.Bytes + bytes, since ?? coming.Since);
            }
        }
    }

    private void Forget()
    {
        lock (_lengths)
            _lengths.Clear();
    }

    /// <summary>Has the writer do something with the table.</summary>
    private async Task<T> RunAsync<T>(Func<QueueTable, T> act)
    {
        var change = new QueueChange(table => act(table));
        lock (_gate)
        {
            if (_writer is null)
            {
                _writer = new Thread(Write) { IsBackground = true, Name = "publish queue" };
                _writer.Start();
            }
        }

        try
        {
            _changes.Add(change);
        }
        catch (InvalidOperationException exception)
        {
            throw new IOException("The bridge stops.", exception);
        }

        return (T)(await change.Done)!;
    }

    private void Write()
    {
        var together = new List<QueueChange>();
        foreach (var first in _changes.GetConsumingEnumerable())
        {
            together.Add(first);
            while (together.Count < MostTogether && _changes.TryTake(out var next))
                together.Add(next);
            bool isWritten;
            lock (_gate)
                isWritten = _connection.Try(table => table.Commit(() => together.ForEach(change => change.Run(table))));
            if (isWritten)
                Health.Whole();
            together.ForEach(change => change.Complete(isWritten ? null : new IOException(Health.Problem ?? "The file was set aside.")));
            together.Clear();
        }
    }

    /// <summary>Something that is done with the table.</summary>
    private sealed class QueueChange(Func<QueueTable, object?> act)
    {
        private readonly TaskCompletionSource<object?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private object? _result;

        public Task<object?> Done => _done.Task;

        public void Run(QueueTable table) => _result = act(table);

        public void Complete(IOException? failure)
        {
            if (failure is null)
                _done.SetResult(_result);
            else
                _done.SetException(failure);
        }
    }
}
