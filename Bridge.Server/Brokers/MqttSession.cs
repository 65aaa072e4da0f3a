using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Bridge.Server.Brokers;

/// <summary>
/// One connection to a broker, from its acceptance to its end; never used again after that, so that nothing late can reach a
/// later connection. Of the library it uses the packets and their encoding; the library's own client queues without bound, ignores
/// the broker's keep-alive and receive maximum, delivers a repeated QoS 2 message twice and forgets why one was refused. A thread of
/// its own reads: what a message costs is mostly being woken, and a blocked thread is woken the cheapest. While it hands out a
/// message nothing more is read, so that the network holds back a broker that is faster than the bridge.
/// </summary>
internal sealed class MqttSession : IAsyncDisposable
{
    /// <summary>As many QoS 1 and 2 messages may be unacknowledged where the broker allows more, or does not say.</summary>
    private const int MostInFlight = 1024;

    /// <summary>For so long a broker may take to close the connection itself, as it has to (MQTT 5 §3.14.4).</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromMilliseconds(250);

    private const int ReaderStackBytes = 262_144;

    private readonly Stream _stream;
    private readonly PacketReader _reader;
    private readonly PacketWriter _writer;
    private readonly Action<MqttPublishPacket> _onPublish;
    private readonly HashSet<ushort> _unreleased;
    private readonly TimeProvider _time;
    private readonly PendingRequests _requests = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Publisher _publisher;
    private readonly int _mostInFlight;
    private readonly TimeSpan _keepAlive;
    private volatile TaskCompletionSource? _pong;
    private long _received;
    private long _lastReceived;
    private Task _keepingAlive = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;

    /// <param name="stream">The connection; the session's from now on.</param>
    /// <param name="reader">Reads packets from it.</param>
    /// <param name="writer">Writes packets to it.</param>
    /// <param name="accepted">The broker's acceptance.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="onPublish">Takes each message, one at a time.</param>
    /// <param name="unreleased">The identifiers of QoS 2 messages received and not yet released; lives as long as the broker's session.</param>
    /// <param name="time">The clock.</param>
    public MqttSession(
        Stream stream,
        PacketReader reader,
        PacketWriter writer,
        MqttConnAckPacket accepted,
        MqttClientOptions options,
        Action<MqttPublishPacket> onPublish,
        HashSet<ushort> unreleased,
        TimeProvider time)
    {
        (_stream, _reader, _writer, _onPublish, _unreleased, _time) = (stream, reader, writer, onPublish, unreleased, time);
        Limits = BrokerLimits.From(accepted, options.ProtocolVersion);
        // One is kept for the message that is sent over several connections if need be.
        _mostInFlight = Math.Max(1, Math.Min(Limits.ReceiveMaximum - (options.CleanSession ? 0 : 1), MostInFlight));
        _publisher = new Publisher(writer, _requests, _mostInFlight, time);
        writer.Broken = exception => End(BrokerLinkException.Describe(exception));
        _keepAlive = accepted.ServerKeepAlive > 0 ? TimeSpan.FromSeconds(accepted.ServerKeepAlive) : options.KeepAlivePeriod;
        _lastReceived = time.GetTimestamp();
        IsSessionPresent = accepted.IsSessionPresent;
        if (!IsSessionPresent)
            unreleased.Clear();
    }

    /// <summary>What the broker takes.</summary>
    public BrokerLimits Limits { get; }

    /// <summary>Whether the broker went on with the session of a connection before (MQTT 5 §3.2.2.1.1).</summary>
    public bool IsSessionPresent { get; }

    /// <summary>Completes when the connection has ended, with the reason.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Begins to read, and to keep the connection alive.</summary>
    public void Start()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                Read();
                ended.SetResult();
            },
            ReaderStackBytes)
        {
            IsBackground = true,
            Name = "MQTT reader",
        };
        _reading = ended.Task;
        thread.Start();
        _keepingAlive = Task.Run(KeepAliveAsync);
    }

    public async Task<MqttSubAckPacket> SubscribeAsync(IEnumerable<MqttTopicFilter> filters) =>
        (MqttSubAckPacket)await RequestAsync(new MqttSubscribePacket { TopicFilters = [.. filters] });

    public Task UnsubscribeAsync(IEnumerable<string> filters) =>
        RequestAsync(new MqttUnsubscribePacket { TopicFilters = [.. filters] });

    /// <summary>
    /// Publishes and waits for the broker's acknowledgement, as the quality of service asks. When the wait ends early, a packet that
    /// was sent is not abandoned, nor its identifier before it was answered; one that was not sent is not sent any more.
    /// </summary>
    /// <param name="packet">The message.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reason code of PUBACK or PUBREC (MQTT 5 §3.4.2.1, §3.5.2.1) and the broker's reason string.</returns>
    /// <exception cref="TimeoutException">It took too long.</exception>
    /// <exception cref="BrokerLinkException">The connection ended first.</exception>
    public async Task<(int ReasonCode, string? Text)> PublishAsync(
        MqttPublishPacket packet, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await _publisher.SendAsync(packet, patience, cancellationToken) switch
            {
                null => (0, null),
                MqttPubAckPacket ack => ((int)ack.ReasonCode, ack.ReasonString),
                MqttPubRecPacket rec => ((int)rec.ReasonCode, rec.ReasonString),
                var other => throw new BrokerLinkException($"The broker acknowledged a message with {other.GetType().Name}."),
            };
        }
        catch (Exception exception) when (exception is not (TimeoutException or OperationCanceledException))
        {
            throw End(BrokerLinkException.Describe(exception));
        }
    }

    /// <summary>
    /// Sends a QoS 2 message, and waits until the broker has it, but does not release it yet (MQTT 5 §4.3.3). Its identifier is the same on
    /// each connection, so that a broker that has kept the session knows it again. One at a time.
    /// </summary>
    /// <returns>The reason code of PUBREC, and the broker's reason string.</returns>
    /// <exception cref="BrokerLinkException">The connection ended first, or was ended because no answer came: on the same one nothing is sent twice.</exception>
    public async Task<(int ReasonCode, string? Text)> OfferAsync(MqttPublishPacket packet, TimeSpan patience, CancellationToken cancellationToken)
    {
        packet.PacketIdentifier = PendingRequests.Reserved;
        return await AskAsync(packet, patience, cancellationToken) is MqttPubRecPacket received
            ? ((int)received.ReasonCode, received.ReasonString)
            : throw End("The broker acknowledged a message of QoS 2 with another packet than PUBREC.");
    }

    /// <summary>Releases the message that was offered, on this connection or one before.</summary>
    /// <exception cref="BrokerLinkException">The connection ended first, or was ended because no answer came.</exception>
    public Task ReleaseAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        AskAsync(new MqttPubRelPacket { PacketIdentifier = PendingRequests.Reserved }, patience, cancellationToken);

    /// <summary>Ends the connection when nothing more can be sent on it, and nothing was acknowledged since the timestamp.</summary>
    public void EndIfStuck(long since)
    {
        if (_publisher.IsStuck(since))
            End($"The broker acknowledged none of {_mostInFlight} messages.");
    }

    /// <summary>
    /// Waits until what the broker had for the bridge is here: until its answer to a ping comes without a message before it. One
    /// answer would not do: of what a broker has acknowledged to others, it sends only so many at a time.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var seen = -1L;
        while (seen != Volatile.Read(ref _received) && !cancellationToken.IsCancellationRequested)
        {
            seen = Volatile.Read(ref _received);
            var pong = _pong = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            // Not awaited: where the other side does not read, sending does not end.
            _ = SendPingAsync();
            Task answered = Task.WhenAny(pong.Task, Ended);
            await answered.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says good-bye, where that is possible within a moment, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            try
            {
                await _writer.SendAsync(new MqttDisconnectPacket()).WaitAsync(TimeSpan.FromSeconds(1), _time);
                // Who closes while something waits to be read resets the connection: the broker might not see the good-bye.
                await Ended.WaitAsync(FarewellTimeout, _time);
            }
            catch (Exception)
            {
                // It is going away in any case.
            }
        }

        End("The bridge closed the connection.");
        await _keepingAlive;
        await _reading;
    }

    private async Task<MqttPacket> AskAsync(MqttPacket packet, TimeSpan patience, CancellationToken cancellationToken)
    {
        var request = new PendingRequest();
        _requests.AddReserved(request);
        await SendAsync(packet).WaitAsync(patience, _time, cancellationToken);
        try
        {
            return await request.Task.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw End($"The broker did not acknowledge within {patience.TotalSeconds:0.#} s.");
        }
    }

    private async Task<MqttPacket> RequestAsync(MqttPacketWithIdentifier packet)
    {
        var request = new PendingRequest();
        packet.PacketIdentifier = _requests.Add(request);
        await SendAsync(packet);
        return await request.Task;
    }

    private async Task SendAsync(MqttPacket packet)
    {
        try
        {
            await _writer.SendAsync(packet);
        }
        catch (Exception exception)
        {
            throw End(BrokerLinkException.Describe(exception));
        }
    }

    private void Read()
    {
        var pace = new ReadingPace(_time);
        try
        {
            while (true)
            {
                var (packets, answers) = HandleAll();
                // The acknowledgements of all that one read brought leave together; where clients publish, with what they publish next.
                // (Measured here with 16 who publish with QoS 1 and get it back: a fifth of the CPU.)
                if (answers > 0)
                    _writer.FlushSoon();
                else
                    _writer.Flush();
                pace.Note(packets, answers);
                if (pace.IsDense && _closing.Token.WaitHandle.WaitOne(ReadingPace.Pause))
                    return;

                var count = _stream.Read(_reader.FreeSpace.Span);
                if (count == 0)
                    throw new BrokerLinkException("The broker closed the connection.");
                _reader.Advance(count);
                Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            }
        }
        catch (Exception exception)
        {
            End(BrokerLinkException.Describe(exception));
        }
    }

    private (int Packets, int Answers) HandleAll()
    {
        var (packets, answers) = (0, 0);
        for (; _reader.TryTake() is { } packet; packets++)
        {
            Handle(packet);
            if (packet is MqttPubAckPacket or MqttPubRecPacket or MqttPubCompPacket)
                answers++;
        }

        return (packets, answers);
    }

    private void Handle(MqttPacket packet)
    {
        switch (packet)
        {
            case MqttPublishPacket message:
                Receive(message);
                break;
            case MqttPubRelPacket release:
                _unreleased.Remove(release.PacketIdentifier);
                _writer.Add(new MqttPubCompPacket { PacketIdentifier = release.PacketIdentifier });
                break;
            // Released when it is written down that the broker has it.
            case MqttPubRecPacket { PacketIdentifier: PendingRequests.Reserved } received:
                _requests.Complete(received);
                break;
            // A refusal ends the exchange: there is nothing to release (MQTT 5 §4.3.3).
            case MqttPubRecPacket received when (int)received.ReasonCode < 0x80:
                Release(received);
                break;
            case MqttPingRespPacket:
                _pong?.TrySetResult();
                break;
            case MqttPacketWithIdentifier answer:
                if (_requests.Complete(answer) is { Message: not null })
                    _publisher.TakeAcknowledgement();
                break;
            case MqttDisconnectPacket goodbye:
                var text = goodbye.ReasonString is { } reason ? $", {reason}" : "";
                throw new BrokerLinkException($"The broker closed the connection: {goodbye.ReasonCode} ({(int)goodbye.ReasonCode:X2}){text}.");
        }
    }

    /// <summary>Here and not where the publisher waits: releases go out in the order in which the broker received (MQTT 5 §4.6).</summary>
    private void Release(MqttPubRecPacket received) => _writer.Add(new MqttPubRelPacket
    {
        PacketIdentifier = received.PacketIdentifier,
        // What is not known is of a session before this one: the broker may forget it (MQTT 5 §3.6.2.1).
        ReasonCode = _requests.Note(received) ? MqttPubRelReasonCode.Success : MqttPubRelReasonCode.PacketIdentifierNotFound,
    });

    private void Receive(MqttPublishPacket message)
    {
        switch (message.QualityOfServiceLevel)
        {
            case MqttQualityOfServiceLevel.AtMostOnce:
                _onPublish(message);
                break;
            case MqttQualityOfServiceLevel.AtLeastOnce:
                _onPublish(message);
                _writer.Add(new MqttPubAckPacket { PacketIdentifier = message.PacketIdentifier });
                break;
            default:
                if (_unreleased.Add(message.PacketIdentifier))
                    _onPublish(message);
                _writer.Add(new MqttPubRecPacket { PacketIdentifier = message.PacketIdentifier });
                break;
        }

        // Behind its acknowledgement: a ping that is sent before that says nothing of what the broker holds back for it.
        Volatile.Write(ref _received, _received + 1);
    }

    /// <summary>
    /// Pings twice in a keep-alive interval, whatever else is sent: what we send proves nothing about the other side. A broker that
    /// was silent for a whole interval is gone, which shows after one and a half at the most.
    /// </summary>
    private async Task KeepAliveAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_keepAlive / 2, _time, _closing.Token);
                if (_time.GetElapsedTime(Volatile.Read(ref _lastReceived)) > _keepAlive)
                    throw End($"The broker was silent for {_keepAlive.TotalSeconds:0.#} s.");

                // Not awaited: where the other side does not read, sending does not end.
                _ = SendPingAsync();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or BrokerLinkException)
        {
            // The end of the connection is the end of this loop.
        }
    }

    private async Task SendPingAsync()
    {
        try
        {
            await SendAsync(MqttPingReqPacket.Instance);
        }
        catch (BrokerLinkException)
        {
            // Told through Ended.
        }
    }

    private BrokerLinkException End(string reason)
    {
        _ended.TrySetResult(reason);
        var failure = new BrokerLinkException(_ended.Task.Result);
        _publisher.Fail(failure);
        _requests.Fail(failure);
        _closing.Cancel();
        _stream.Dispose();
        return failure;
    }
}
