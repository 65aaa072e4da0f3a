using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>The packets that wait for their answer, by packet identifier (MQTT 5 §2.2.1).</summary>
internal sealed class PendingRequests
{
    /// <summary>The identifier of the one message that is sent over several connections if need be: no other gets it.</summary>
    public const ushort Reserved = ushort.MaxValue;

    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, PendingRequest> _pending = [];
    private ushort _last;
    private Exception? _failure;

    /// <summary>Gives a request a free identifier, its own until it is answered.</summary>
    public ushort Add(PendingRequest request)
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            do
            {
                _last = _last == Reserved - 1 ? (ushort)1 : (ushort)(_last + 1);
            }
            while (!_pending.TryAdd(_last, request));

            return _last;
        }
    }

    /// <summary>Gives a request the reserved identifier; what had it before is answered by nobody any more.</summary>
    public void AddReserved(PendingRequest request)
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;

            _pending[Reserved] = request;
        }
    }

    /// <summary>Gives the answer to who waits; where PUBREC came before, that one, which says what became of the message.</summary>
    /// <returns>What was answered, or null when nobody waits for it.</returns>
    public PendingRequest? Complete(MqttPacketWithIdentifier answer)
    {
        PendingRequest? request;
        lock (_gate)
        {
            if (!_pending.Remove(answer.PacketIdentifier, out request))
                return null;
        }

        request.TrySetResult(request.Received ?? answer);
        return request;
    }

    /// <summary>Notes the first of the two answers to a QoS 2 message.</summary>
    /// <returns>False when nobody waits for it.</returns>
    public bool Note(MqttPubRecPacket received)
    {
        lock (_gate)
        {
            if (!_pending.TryGetValue(received.PacketIdentifier, out var request))
                return false;

            request.Received = received;
            return true;
        }
    }

    /// <summary>Fails all that wait, and all that come later.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            foreach (var request in _pending.Values)
                request.Fail(_failure);
        }
    }
}

/// <summary>A packet that is answered.</summary>
internal sealed class PendingRequest() : TaskCompletionSource<MqttPacket>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The message, where it is one; null for all else that is asked of a broker.</summary>
    public MqttPublishPacket? Message { get; init; }

    /// <summary>The first of two answers, when it has come.</summary>
    public MqttPubRecPacket? Received { get; set; }

    public void Fail(Exception failure)
    {
        TrySetException(failure);
        // Seen, in case nobody waits any more.
        _ = Task.Exception;
    }
}
