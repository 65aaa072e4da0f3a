using System.Net.Sockets;

namespace Bridge.Benchmarks.Clients;

/// <summary>
/// One WebSocket connection that counts what it is sent. Its numbers are written by the reading thread alone; others may read them.
/// </summary>
internal sealed class Subscriber : IEpollClient, IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _keepAlive;
    private readonly RecordScanner _messages;
    private readonly RecordScanner? _skipped;
    private WebSocketFrames _frames;
    private long _expected;

    public Subscriber(Socket socket, WebSocketFrames frames, Dialect dialect)
    {
        (_socket, _frames) = (socket, frames);
        Descriptor = (int)socket.Handle;
        _keepAlive = WebSocketFrames.Write(dialect.KeepAlive, dialect.IsBinary);
        _messages = new RecordScanner(LoadPayload.Mark, LoadPayload.RecordLength, Count);
        _skipped = dialect.TellsSkipped
            ? new RecordScanner(SkippedCount.Name, SkippedCount.RecordLength, record => Skipped += SkippedCount.Read(record))
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
            var piece = _frames.Next(ref received);
            if (piece.IsEmpty)
                continue;
            _skipped?.Feed(piece);
            _messages.Feed(piece);
        }
    }

    public void Closed() => IsClosed = true;

    public void SendKeepAlive() => Native.Send(Descriptor, ref _keepAlive[0], _keepAlive.Length, Native.DoNotWait | Native.NoSignal);

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
