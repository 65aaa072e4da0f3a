using System.Net.Sockets;

namespace Bridge.Benchmarks.Clients;

/// <summary>
/// One connection that counts what it is sent. Its numbers are written by the reading thread alone; others may read them.
/// </summary>
internal sealed class Subscriber : IEpollClient, IDisposable
{
    private readonly Socket _socket;
    private readonly byte[]? _keepAlive;
    private readonly IFraming _framing;
    private readonly RecordScanner _messages;
    private readonly RecordScanner? _skipped;
    private long _expected;

    public Subscriber(Socket socket, IFraming framing, Dialect dialect)
    {
        (_socket, _framing) = (socket, framing);
        Descriptor = (int)socket.Handle;
        _keepAlive = dialect.KeepAlive is { } keepAlive ? WebSocketFrames.Write(keepAlive, dialect.IsBinary) : null;
        _messages = new RecordScanner(LoadPayload.Mark, LoadPayload.RecordLength, Count);
        _skipped = dialect.SkippedName is { } name
            ? new RecordScanner(name, name.Length + SkippedCount.ValueLength, record => Skipped += SkippedCount.Read(record[name.Length..]))
            : null;
    }

    public int Descriptor { get; }

    public long Received { get; private set; }

    /// <summary>How many messages the server says it left out.</summary>
    public long Skipped { get; private set; }

    /// <summary>How many messages came again, or after a later one.</summary>
    public long Disordered { get; private set; }

    /// <summary>All that came over the connection, framing included.</summary>
    public long Bytes { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Where the time from publishing to reading is noted, while it is set.</summary>
    public LatencyHistogram? Latency { get; set; }

    public void Take(ReadOnlySpan<byte> received)
    {
        Bytes += received.Length;
        while (!received.IsEmpty)
        {
            var piece = _framing.Next(ref received);
            if (piece.IsEmpty)
                continue;
            _skipped?.Feed(piece);
            _messages.Feed(piece);
        }
    }

    public void Closed() => IsClosed = true;

    public void SendKeepAlive()
    {
        if (_keepAlive is not null)
            Native.Send(Descriptor, ref _keepAlive[0], _keepAlive.Length, Native.DoNotWait | Native.NoSignal);
    }

    public void Dispose() => _socket.Dispose();

    private void Count(ReadOnlySpan<byte> record)
    {
        var sequence = LoadPayload.ReadSequence(record);
        if (sequence < _expected)
        {
            Disordered++;
            return;
        }

        _expected = sequence + 1;
        Received++;
        Latency?.Add(LoadPayload.Microseconds - LoadPayload.ReadTime(record));
    }
}
