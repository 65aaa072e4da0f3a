using System.Diagnostics;
using System.Net.Sockets;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>Publishes to a broker at a steady rate, QoS 0, on a thread of its own.</summary>
internal sealed class LoadPublisher : IDisposable
{
    private readonly LoadLink _link;
    private readonly Random? _random;
    private readonly long[] _lastSequences;
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private long _published;

    /// <param name="port">The broker's port on loopback.</param>
    /// <param name="topics">How many topics it publishes to: <c>load/0</c>, <c>load/1</c> and so on.</param>
    /// <param name="payloadLength">The length of each payload, in bytes.</param>
    /// <param name="rate">Messages a second.</param>
    /// <param name="random">Chooses each message's topic; where there is none, they take turns.</param>
    public LoadPublisher(int port, int topics, int payloadLength, int rate, Random? random = null)
    {
        _link = new LoadLink(port, topics, payloadLength);
        _random = random;
        _lastSequences = new long[topics];
        Array.Fill(_lastSequences, -1);
        _thread = new Thread(() => Run(rate)) { IsBackground = true, Name = "Load publisher" };
        _thread.Start();
    }

    /// <summary>How many messages were handed to the broker's connection. The first has sequence number 0.</summary>
    public long Published => Interlocked.Read(ref _published);

    /// <summary>The topic of the message that was published last.</summary>
    public string LastTopic => LoadLink.TopicAt(Array.IndexOf(_lastSequences, Published - 1));

    /// <summary>The number of the last message of a topic, -1 for none; when no more are published.</summary>
    public long LastSequenceOf(int topic) => _lastSequences[topic];

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
        _link.Dispose();
        _thread.Join();
    }

    private void Run(int rate)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            while (!_isStopping)
            {
                var due = (long)(clock.Elapsed.TotalSeconds * rate) - _published;
                if (due > 0)
                    Publish((int)Math.Min(due, LoadLink.MostAtOnce));
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
        var now = LoadPayload.Microseconds;
        for (var sequence = _published; sequence < _published + count; sequence++)
        {
            var topic = _random?.Next(_lastSequences.Length) ?? (int)(sequence % _lastSequences.Length);
            _link.Add(topic, sequence, now);
            _lastSequences[topic] = sequence;
        }

        _link.Send();
        Interlocked.Add(ref _published, count);
    }
}
