using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>The packets that wait for their answer, by packet identifier (MQTT 5 §2.2.1).</summary>
internal sealed class PendingRequests
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, Pending> _pending = [];
    private ushort _last;
    private Exception? _failure;

    /// <summary>Takes a free identifier. The caller returns it with <see cref="Release"/>.</summary>
    public ushort Acquire(out Task<MqttPacket> answer)
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            do
            {
                _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
            }
            while (_pending.ContainsKey(_last));

            var pending = new Pending();
            _pending.Add(_last, pending);
            answer = pending.Answer.Task;
            return _last;
        }
    }

    public void Release(ushort identifier)
    {
        lock (_gate)
            _pending.Remove(identifier);
    }

    /// <summary>Gives the answer to who waits; where PUBREC came before, that one, which says what became of the message.</summary>
    public void Complete(MqttPacketWithIdentifier answer)
    {
        lock (_gate)
        {
            if (_pending.TryGetValue(answer.PacketIdentifier, out var pending))
                pending.Answer.TrySetResult(pending.Received ?? answer);
        }
    }

    /// <summary>Notes the first of the two answers to a QoS 2 message.</summary>
    /// <returns>False when nobody waits for it.</returns>
    public bool Note(MqttPubRecPacket received)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue(received.PacketIdentifier, out var pending))
                return false;

            pending.Received = received;
            return true;
        }
    }

    /// <summary>Fails all that wait, and all that come later.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            foreach (var pending in _pending.Values)
                pending.Answer.TrySetException(_failure);
        }
    }

    private sealed class Pending
    {
        public TaskCompletionSource<MqttPacket> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public MqttPubRecPacket? Received { get; set; }
    }
}
