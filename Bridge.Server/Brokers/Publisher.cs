using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>
/// Sends messages to a broker in the order of the calls (MQTT 5 §4.6), also those that wait because it takes no more at a time
/// (MQTT 5 §4.9). What many publish at a time leaves in few writes.
/// </summary>
/// <param name="writer">Writes the packets.</param>
/// <param name="requests">Where the messages wait for their acknowledgement.</param>
/// <param name="mostInFlight">How many QoS 1 and 2 messages may be unacknowledged.</param>
/// <param name="time">The clock.</param>
internal sealed class Publisher(PacketWriter writer, PendingRequests requests, int mostInFlight, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<PendingRequest> _waiting = new();
    private int _inFlight;
    private long _lastAcknowledged;
    private Exception? _failure;

    /// <summary>Sends a message, and waits until it was acknowledged or, with QoS 0, written.</summary>
    /// <param name="message">The message.</param>
    /// <param name="patience">How long to wait. A message that was not sent by then is not sent any more.</param>
    /// <param name="cancellationToken">Ends the wait likewise.</param>
    /// <returns>The acknowledgement; null for QoS 0.</returns>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="BrokerLinkException">The connection ended first.</exception>
    public Task<MqttPacket?> SendAsync(MqttPublishPacket message, TimeSpan patience, CancellationToken cancellationToken) =>
        message.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce
            ? WriteAsync(message, patience, cancellationToken)
            : SendInOrderAsync(message, patience, cancellationToken);

    /// <summary>Sends the messages that waited for one to be acknowledged. The caller flushes the writer.</summary>
    public void TakeAcknowledgement()
    {
        lock (_gate)
        {
            _inFlight--;
            _lastAcknowledged = time.GetTimestamp();
            while (_failure is null && _inFlight < mostInFlight && _waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                Send(next.Value);
            }
        }
    }

    /// <summary>
    /// Whether the broker owes so many acknowledgements that it may be sent nothing more, and gave none since the timestamp. Some
    /// brokers drop what they throttle and keep the connection: all that follows would wait for ever.
    /// </summary>
    public bool IsStuck(long since)
    {
        lock (_gate)
            return _inFlight >= mostInFlight && _lastAcknowledged < since;
    }

    /// <summary>Fails all that wait to be sent, and all that come later.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            foreach (var request in _waiting)
                request.Fail(_failure);
            _waiting.Clear();
        }
    }

    private async Task<MqttPacket?> WriteAsync(MqttPublishPacket message, TimeSpan patience, CancellationToken cancellationToken)
    {
        var written = writer.Add(message);
        writer.FlushSoon();
        await written.WaitAsync(patience, time, cancellationToken);
        return null;
    }

    private async Task<MqttPacket?> SendInOrderAsync(MqttPublishPacket message, TimeSpan patience, CancellationToken cancellationToken)
    {
        var request = new PendingRequest { Message = message };
        lock (_gate)
        {
            if (_failure is not null)
                throw _failure;
            if (_waiting.Count == 0 && _inFlight < mostInFlight)
                Send(request);
            else
                _waiting.AddLast(request);
        }

        writer.FlushSoon();
        try
        {
            return await request.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What was not sent when the caller is told must not be sent after it.
            lock (_gate)
                _waiting.Remove(request);
            throw;
        }
    }

    private void Send(PendingRequest request)
    {
        request.Message!.PacketIdentifier = requests.Add(request);
        _inFlight++;
        writer.Add(request.Message);
    }
}
