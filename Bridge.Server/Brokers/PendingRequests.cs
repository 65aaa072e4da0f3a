using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>The packets that wait for their answer, by packet identifier (MQTT 5 §2.2.1).</summary>
internal sealed class PendingRequests
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, TaskCompletionSource<MqttPacket>> _pending = [];
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

            answer = Register(_last);
            return _last;
        }
    }

    /// <summary>Waits for a second answer under the same identifier, as QoS 2 needs.</summary>
    public Task<MqttPacket> Renew(ushort identifier)
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            return Register(identifier);
        }
    }

    public void Release(ushort identifier)
    {
        lock (_gate)
            _pending.Remove(identifier);
    }

    /// <returns>False when nobody waits for it.</returns>
    public bool Complete(MqttPacketWithIdentifier answer)
    {
        lock (_gate)
            return _pending.TryGetValue(answer.PacketIdentifier, out var pending) && pending.TrySetResult(answer);
    }

    /// <summary>Fails all that wait, and all that come later.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            foreach (var pending in _pending.Values)
                pending.TrySetException(_failure);
        }
    }

    private Task<MqttPacket> Register(ushort identifier)
    {
        var pending = new TaskCompletionSource<MqttPacket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[identifier] = pending;
        return pending.Task;
    }
}
