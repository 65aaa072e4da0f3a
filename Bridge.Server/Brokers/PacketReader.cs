using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>
/// Finds the packets in the bytes that a broker sends (MQTT 5 §2.1). Bytes are put in as they come; a packet is given out when it is
/// whole. Of one that is longer than is wanted the beginning is given, and the rest passed over: its end is still found.
/// </summary>
/// <param name="version">The version of the protocol.</param>
/// <param name="mostBody">How many bytes behind the fixed header are kept.</param>
internal sealed class PacketReader(MqttProtocolVersion version, int mostBody)
{
    private const int FirstSize = 65_536;
    private const int LongestHeader = 5;

    private readonly MqttPacketFormatterAdapter _decoder = new(version, new MqttBufferWriter(256, 256));
    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;
    private int _wanted;
    private long _toPassOver;

    /// <summary>Where the next bytes go; never empty.</summary>
    public Memory<byte> FreeSpace
    {
        get
        {
            MakeRoom();
            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>Notes that so many bytes were put into <see cref="FreeSpace"/>.</summary>
    public void Advance(int count) => _end += count;

    /// <returns>The next packet, or null when it is not whole yet.</returns>
    /// <exception cref="BrokerLinkException">The bytes are no MQTT.</exception>
    public MqttPacket? TryTake()
    {
        var passedOver = (int)Math.Min(_toPassOver, _end - _start);
        _start += passedOver;
        _toPassOver -= passedOver;
        if (!TryReadHeader(out var header, out var length))
            return null;

        var kept = Math.Min(length, mostBody);
        _wanted = header + kept;
        if (_end - _start < _wanted)
            return null;

        // An array of its own: the payload is kept as a part of it, by the cache and by whoever is sent it.
        var body = _buffer.AsSpan(_start + header, kept).ToArray();
        var received = new ReceivedMqttPacket(_buffer[_start], body, header + length);
        _start += _wanted;
        _wanted = 0;
        _toPassOver = length - kept;
        return _decoder.Decode(received) ?? throw new BrokerLinkException("The broker sent a malformed packet.");
    }

    private bool TryReadHeader(out int header, out int length)
    {
        (header, length) = (1, 0);
        for (var shift = 0; _start + header < _end; shift += 7)
        {
            var next = _buffer[_start + header++];
            length |= (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return true;
            if (header == LongestHeader)
                throw new BrokerLinkException("The broker sent a packet with a malformed length.");
        }

        return false;
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        var size = Math.Max(FirstSize, _wanted);
        if (_buffer.Length < size || (_buffer.Length > size && _end - _start <= size))
        {
            // It grows for a long packet, and is let go after it.
            var resized = new byte[size];
            _buffer.AsSpan(_start, _end - _start).CopyTo(resized);
            (_buffer, _end, _start) = (resized, _end - _start, 0);
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_end, _start) = (_end - _start, 0);
        }
    }
}
