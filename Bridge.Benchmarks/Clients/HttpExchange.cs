using System.Net;
using System.Net.Sockets;

namespace Bridge.Benchmarks.Clients;

/// <summary>A keep-alive connection that repeats one request: the next goes out when the answer to the last is complete.</summary>
internal sealed class HttpExchange : IEpollClient, IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[65_536];
    private int _length;
    private long _sentAt;
    private volatile bool _isStopping;

    public HttpExchange(int port, byte[] request)
    {
        _request = request;
        _socket.Connect(IPAddress.Loopback, port);
        Descriptor = (int)_socket.Handle;
    }

    public int Descriptor { get; }

    public long Answers { get; private set; }

    /// <summary>How many of the answers had another status than 2xx.</summary>
    public long Failures { get; private set; }

    public long Bytes { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Where the time from sending to the end of the answer is noted, while it is set.</summary>
    public LatencyHistogram? Latency { get; set; }

    public void Send()
    {
        _sentAt = LoadPayload.Microseconds;
        // So small that the system's buffer takes it whole.
        Native.Send(Descriptor, ref _request[0], _request.Length, Native.NoSignal);
    }

    /// <summary>Sends no more requests.</summary>
    public void Stop() => _isStopping = true;

    public void Take(ReadOnlySpan<byte> received)
    {
        Bytes += received.Length;
        received.CopyTo(_answer.AsSpan(_length));
        _length += received.Length;
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, _length);
        if (!HttpAnswer.IsComplete(answer))
            return;

        Answers++;
        if (!HttpAnswer.IsSuccess(answer))
            Failures++;
        Latency?.Add(LoadPayload.Microseconds - _sentAt);
        _length = 0;
        if (!_isStopping)
            Send();
    }

    public void Closed() => IsClosed = true;

    public void Dispose() => _socket.Dispose();
}
