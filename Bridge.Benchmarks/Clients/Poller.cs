using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Benchmarks.Clients;

/// <summary>
/// A keep-alive connection that waits for a topic's next value, each time from where the last answer was. Its numbers are written by the
/// reading thread alone; others may read them.
/// </summary>
internal sealed class Poller : IEpollClient, IDisposable
{
    /// <summary>What a poll is answered with is a head and a small value; thousands have room for one.</summary>
    private const int LongestAnswer = 2048;
    private const int LongestCursor = 64;

    private readonly Socket _socket;
    private readonly byte[] _request;
    private readonly int _cursorAt;
    private readonly byte[] _behindCursor;
    private readonly byte[] _answer = new byte[LongestAnswer];
    private int _requestLength;
    private int _length;

    /// <param name="port">The server's port on loopback.</param>
    /// <param name="topic">What it waits for.</param>
    /// <param name="cursor">From where on.</param>
    public Poller(int port, string topic, string cursor)
    {
        var beginning = $"GET /events?brokerKey={BridgeNames.BrokerKey}&topic={Uri.EscapeDataString(topic)}&wait=60&since=";
        _behindCursor = Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        _request = new byte[beginning.Length + LongestCursor + _behindCursor.Length];
        _cursorAt = Encoding.ASCII.GetBytes(beginning, _request);
        GoOnFrom(Encoding.ASCII.GetBytes(cursor));

        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // It ends with a reset: thousands of ports that the system keeps back for a minute would be missing in the next run.
        _socket.LingerState = new LingerOption(enable: true, 0);
        try
        {
            _socket.Connect(IPAddress.Loopback, port);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            _socket.Dispose();
            throw new InvalidOperationException("No port is left to connect from: widen net.ipv4.ip_local_port_range, or give fewer --subscribers.");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        Descriptor = (int)_socket.Handle;
    }

    public int Descriptor { get; }

    /// <summary>Whether it waits on as soon as it has its answer.</summary>
    public bool GoesOn { get; init; }

    /// <summary>How many answers had a value.</summary>
    public long Answers { get; private set; }

    /// <summary>How many answers were neither a value nor that there is nothing new. It does not wait on after one.</summary>
    public long Failures { get; private set; }

    public long Bytes { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>The number of the last value that it was given; -1 for none.</summary>
    public long LastSequence { get; private set; } = -1;

    /// <summary>When it was given that.</summary>
    public long AnsweredAt { get; private set; }

    /// <summary>Where the time from publishing to the end of the answer is noted, while it is set.</summary>
    public LatencyHistogram? Latency { get; set; }

    /// <summary>Begins to wait. So small that the system's buffer takes it whole.</summary>
    public void Poll() => Native.Send(Descriptor, ref _request[0], _requestLength, Native.NoSignal);

    public void Take(ReadOnlySpan<byte> received)
    {
        Bytes += received.Length;
        if (_length + received.Length > LongestAnswer)
        {
            Failures++;
            _length = 0;
            return;
        }

        received.CopyTo(_answer.AsSpan(_length));
        _length += received.Length;
        ReadOnlySpan<byte> answer = _answer.AsSpan(0, _length);
        if (!HttpAnswer.IsComplete(answer))
            return;

        _length = 0;
        if (Read(answer))
            Poll();
    }

    public void Closed() => IsClosed = true;

    public void Dispose() => _socket.Dispose();

    /// <returns>Whether to wait on.</returns>
    private bool Read(ReadOnlySpan<byte> answer)
    {
        var cursor = HttpAnswer.Header(answer, "Bridge-Cursor: "u8);
        var isUnchanged = HttpAnswer.IsUnchanged(answer);
        var at = answer.IndexOf(LoadPayload.Mark);
        if (cursor.IsEmpty || !(isUnchanged || (HttpAnswer.IsSuccess(answer) && at >= 0)))
        {
            Failures++;
            return false;
        }

        GoOnFrom(cursor);
        if (isUnchanged)
            return true;

        var record = answer[at..];
        AnsweredAt = LoadPayload.Microseconds;
        LastSequence = LoadPayload.ReadSequence(record);
        Latency?.Add(AnsweredAt - LoadPayload.ReadTime(record));
        Answers++;
        return GoesOn;
    }

    private void GoOnFrom(ReadOnlySpan<byte> cursor)
    {
        cursor.CopyTo(_request.AsSpan(_cursorAt, LongestCursor));
        _behindCursor.CopyTo(_request.AsSpan(_cursorAt + cursor.Length));
        _requestLength = _cursorAt + cursor.Length + _behindCursor.Length;
    }
}
