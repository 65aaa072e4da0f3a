using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>A connection to a broker that publishes with QoS 0, several messages at once.</summary>
internal sealed class LoadLink : IDisposable
{
    public const int MostAtOnce = 200;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[][] _topics;
    private readonly int _payloadLength;
    private readonly byte[] _buffer;
    private int _end;

    /// <param name="port">The broker's port on loopback.</param>
    /// <param name="topics">How many topics it publishes to: <c>load/0</c>, <c>load/1</c> and so on.</param>
    /// <param name="payloadLength">The length of each payload, in bytes.</param>
    public LoadLink(int port, int topics, int payloadLength = LoadPayload.UsualLength)
    {
        _topics = [.. Enumerable.Range(0, topics).Select(i => Encoding.UTF8.GetBytes(TopicAt(i)))];
        _payloadLength = payloadLength;
        _buffer = new byte[MostAtOnce * (payloadLength + 32)];
        _socket.ReceiveTimeout = 10_000;
        _socket.Connect(IPAddress.Loopback, port);
        _socket.Send(MqttPackets.Connect);
        if (_socket.Receive(_buffer) < 4 || _buffer[0] != 0x20 || _buffer[3] != 0)
            throw new InvalidOperationException("The broker refused the publisher.");
    }

    public static string TopicAt(int index) => $"load/{index}";

    /// <summary>Adds a message to those that <see cref="Send"/> sends.</summary>
    public void Add(int topic, long sequence, long microseconds)
    {
        _end += MqttPackets.WritePublishHeader(_buffer.AsSpan(_end), _topics[topic], _payloadLength);
        LoadPayload.Write(_buffer.AsSpan(_end, _payloadLength), sequence, microseconds);
        _end += _payloadLength;
    }

    public void Send()
    {
        for (var sent = 0; sent < _end;)
            sent += _socket.Send(_buffer.AsSpan(sent, _end - sent));
        _end = 0;
    }

    public void Dispose() => _socket.Dispose();
}
