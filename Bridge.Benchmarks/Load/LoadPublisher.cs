using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>Publishes to a broker at a steady rate, QoS 0, on a thread of its own.</summary>
internal sealed class LoadPublisher : IDisposable
{
    private const int MostAtOnce = 200;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[][] _topics;
    private readonly int _payloadLength;
    private readonly byte[] _buffer;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private long _published;

    /// <param name="port">The broker's port on loopback.</param>
    /// <param name="topics">How many topics it publishes to in turn: <c>load/0</c>, <c>load/1</c> and so on.</param>
    /// <param name="payloadLength">The length of each payload, in bytes.</param>
    /// <param name="rate">Messages a second.</param>
    public LoadPublisher(int port, int topics, int payloadLength, int rate)
    {
        _topics = [.. Enumerable.Range(0, topics).Select(i => Encoding.UTF8.GetBytes(TopicAt(i)))];
        _payloadLength = payloadLength;
        _buffer = new byte[MostAtOnce * (payloadLength + 32)];
        _socket.ReceiveTimeout = 10_000;
        _socket.Connect(IPAddress.Loopback, port);
        _socket.Send(MqttPackets.Connect);
        if (_socket.Receive(_buffer) < 4 || _buffer[0] != 0x20 || _buffer[3] != 0)
            throw new InvalidOperationException("The broker refused the publisher.");
        _thread = new Thread(() => Run(rate)) { IsBackground = true, Name = "Load publisher" };
        _thread.Start();
    }

    /// <summary>How many messages were handed to the broker's connection. The first has sequence number 0.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>The topic of the message that was published last.</summary>
    public string LastTopic => TopicAt((int)((Published - 1) % _topics.Length));

    /// <summary>Publishes no more.</summary>
    public void Stop()
    {
        _isStopping = true;
        _thread.Join();
    }

    public void Dispose()
    {
        // A broker that no longer reads must not hold the thread for ever.
        _isStopping = true;
        _socket.Dispose();
        _thread.Join();
    }

    private static string TopicAt(int index) => $"load/{index}";

    private void Run(int rate)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            while (!_isStopping)
            {
                var due = (long)(clock.Elapsed.TotalSeconds * rate) - _published;
                if (due > 0)
                    Publish((int)Math.Min(due, MostAtOnce));
                else
                    Thread.Sleep(1);
            }
        }
        catch (SocketException) when (_isStopping)
        {
            // Disposed while it was sending.
        }
        catch (ObjectDisposedException) when (_isStopping)
        {
            // The same.
        }
    }

    private void Publish(int count)
    {
        var end = 0;
        var now = LoadPayload.Microseconds;
        for (var i = 0; i < count; i++)
        {
            var topic = _topics[(_published + i) % _topics.Length];
            end += MqttPackets.WritePublishHeader(_buffer.AsSpan(end), topic, _payloadLength);
            LoadPayload.Write(_buffer.AsSpan(end, _payloadLength), _published + i, now);
            end += _payloadLength;
        }

        for (var sent = 0; sent < end;)
            sent += _socket.Send(_buffer.AsSpan(sent, end - sent));
        Interlocked.Add(ref _published, count);
    }
}
