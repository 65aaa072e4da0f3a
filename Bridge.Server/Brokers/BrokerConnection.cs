using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Server.Topics;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>
/// The link to one broker: makes it, keeps it, makes it again when it went down, and subscribes again each time. What goes wrong
/// here stays here: it has no part in common with the links to other brokers.
/// </summary>
internal sealed partial class BrokerConnection : IAsyncDisposable
{
    /// <summary>As many publishes may wait for the broker at a time.</summary>
    private const int MostPublishing = 10_000;

    /// <summary>So often a link that is being closed is looked at.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);

    private readonly BrokerOptions _options;
    private readonly ClientDemands _demands;
    private readonly LimitOptions _limits;
    private readonly string _contentRoot;
    private readonly IEnhancedAuthenticationHandler? _authentication;
    private readonly IMessageConsumer _consumer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MqttOptionsFactory _factory;
    private readonly UpstreamSubscriptions _subscriptions;
    private readonly UpstreamKeeper _upstream;
    private readonly Requester _requester;
    private readonly HashSet<ushort> _unreleased = [];
    private readonly ReconnectBackoff _backoff = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RateCounter _messagesIn;
    private readonly RateCounter _messagesOut;
    private volatile BrokerStateChange _state;
    private volatile MqttSession? _session;
    private readonly ReceiveTraces _traces;
    private int _publishing;
    private bool _isClosing;
    private long? _linkUpAt;
    private Task _running = Task.CompletedTask;

    public BrokerConnection(
        string key,
        BrokerOptions options,
        LimitOptions limits,
        string contentRoot,
        IEnhancedAuthenticationHandler? authentication,
        IMessageConsumer consumer,
        ClientDemands demands,
        TimeProvider time,
        ILogger logger,
        int traceOneIn = 0)
    {
        (Key, _options, _limits, _contentRoot, _authentication, _consumer, _demands, _time, _logger) =
            (key, options, limits, contentRoot, authentication, consumer, demands, time, logger);
        _factory = new MqttOptionsFactory(key, options, contentRoot, limits.MaxPayloadBytes);
        _subscriptions = new UpstreamSubscriptions(time, TimeSpan.FromSeconds(options.OnDemandLingerSeconds))
        {
            Changed = () => _upstream?.Notify(),
        };
        _upstream = new UpstreamKeeper(
            key, options, _factory.IsMqtt5, _subscriptions, consumer, refusal => SetState(_state!.State, refusal), time, logger);
        _requester = new Requester(key, options, _subscriptions, PublishAsync, time);
        foreach (var topic in options.TopicsAtOnce)
            _subscriptions.Demand(TopicFilter.Parse(topic), isConfigured: true);
        (_messagesIn, _messagesOut) = (new RateCounter(time), new RateCounter(time));
        _traces = new ReceiveTraces(key, traceOneIn);
        _state = new BrokerStateChange { BrokerKey = key, State = BrokerState.Connecting, Since = time.GetUtcNow() };
    }

    public string Key { get; }

    public BrokerOptions Options => _options;

    /// <summary>What clients ask for: whoever replaces this link goes on with it.</summary>
    public ClientDemands Demands => _demands;

    public bool IsMqtt5 => _factory.IsMqtt5;

    /// <summary>The state of the link, since when, and the last error.</summary>
    public BrokerStateChange State => _state;

    public RateCounter MessagesIn => _messagesIn;

    public RateCounter MessagesOut => _messagesOut;

    /// <summary>What else is counted of the link.</summary>
    public LinkCounts Counts { get; } = new();

    /// <summary>How many publishes wait for the broker.</summary>
    public int PublishesWaiting => Volatile.Read(ref _publishing);

    /// <summary>How many requests wait for their reply.</summary>
    public int RequestsWaiting => _requester.Waiting;

    /// <summary>How many replies came that nobody waits for.</summary>
    public long RepliesLate => _requester.Late;

    public void Start()
    {
        _demands.Serve(_options.OnDemand ? _subscriptions : null);
        _consumer.StateChanged(_state);
        if (_options.Tls.AllowUntrusted)
            Log.Untrusted(_logger, Key);
        _running = Task.Run(RunAsync);
    }

    /// <summary>
    /// Has the broker send what matches the filter, as long as the lease is not disposed. Where the link is up, waits until the broker
    /// has acknowledged; where it is down, the subscription follows when it is up again.
    /// </summary>
    /// <param name="filter">The topics.</param>
    /// <param name="isLasting">Whether they are wanted for so long that the configuration may change meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BridgeException">The broker refused.</exception>
    public async Task<IDisposable?> DemandAsync(TopicFilter filter, bool isLasting, CancellationToken cancellationToken)
    {
        if (!_options.OnDemand)
            return isLasting ? _demands.Add(filter) : null;
        if (MqttText.FindProblem(filter.Text) is { } problem)
            throw new BridgeException(ErrorCodes.FilterInvalid, $"The topic filter {problem}.");

        var lease = _demands.Add(filter);
        try
        {
            if (_session is { } session)
                await Task.WhenAny(_subscriptions.WhenSubscribedAsync(filter), session.Ended).WaitAsync(cancellationToken).Unwrap();
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>The position in the stream since which the broker sends what a filter matches, all of it, as long as the link is up.</summary>
    public long HeardSince(TopicFilter filter) => _options.OnDemand ? _subscriptions.HeardSince(filter) : 0;

    /// <summary>Publishes, and completes when the broker has acknowledged.</summary>
    /// <exception cref="BridgeException">It did not.</exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken) =>
        PublishAsync(request, TimeSpan.MaxValue, cancellationToken);

    /// <summary>Publishes, and completes with the reply (MQTT 5 §4.10).</summary>
    /// <exception cref="BridgeException">None came within the time, or the broker did not take the request.</exception>
    public Task<BridgeMessage> RequestAsync(PublishRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!IsMqtt5)
            throw BridgeException.RequestInvalid($"Requests need MQTT 5; broker '{Key}' is used with 3.1.1.");

        FindLink();
        return _requester.RequestAsync(request, timeout, cancellationToken);
    }

    /// <summary>Offers a QoS 2 message to the broker, and completes when the broker has it; it is handed on when it is released.</summary>
    /// <param name="request">The message.</param>
    /// <param name="again">Whether the broker may have it already.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BridgeException">The broker does not take it, or the link is down.</exception>
    public async Task<PublishReceipt> OfferAsync(PublishRequest request, bool again, CancellationToken cancellationToken)
    {
        var session = FindLink();
        PublishChecks.ThrowIfNotTaken(request, session.Limits, _factory.IsMqtt5);
        var packet = request.ToPacket();
        packet.Dup = again;
        var (code, text) = await AskAsync(() => session.OfferAsync(packet, PublishTimeout, cancellationToken));
        var receipt = PublishChecks.ToReceipt(request, code, text);
        _messagesOut.Add();
        return receipt;
    }

    /// <summary>Releases the message that was offered last, on whichever link that was: the broker hands it on.</summary>
    /// <exception cref="BridgeException">The link is down.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken) => AskAsync(async () =>
    {
        await FindLink().ReleaseAsync(PublishTimeout, cancellationToken);
        return true;
    });

    /// <summary>Checks what the broker has said that it does not take; while the link is down that is not known.</summary>
    /// <exception cref="BridgeException">It does not take the message.</exception>
    public void ThrowIfNotTaken(PublishRequest request)
    {
        if (_session is { } session)
            PublishChecks.ThrowIfNotTaken(request, session.Limits, _factory.IsMqtt5);
    }

    /// <summary>How long a publish waits for its acknowledgement.</summary>
    public TimeSpan PublishTimeout => TimeSpan.FromSeconds(_options.PublishTimeoutSeconds);

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is BrokerLinkException or TimeoutException)
        {
            throw Disconnected("went down before it acknowledged; the message may have reached it", isOutcomeUnknown: true);
        }
    }

    private async Task<PublishReceipt> PublishAsync(PublishRequest request, TimeSpan most, CancellationToken cancellationToken)
    {
        // Before the link is looked for: one that is being closed waits for whoever has found it.
        var count = Interlocked.Increment(ref _publishing);
        try
        {
            var session = FindLink();
            PublishChecks.ThrowIfNotTaken(request, session.Limits, _factory.IsMqtt5);
            return count <= MostPublishing
                ? await PublishAsync(session, request, most, cancellationToken)
                : throw new BridgeException(ErrorCodes.Overloaded, $"{MostPublishing} messages wait for broker '{Key}' already.");
        }
        finally
        {
            Interlocked.Decrement(ref _publishing);
        }
    }

    private async Task<PublishReceipt> PublishAsync(MqttSession session, PublishRequest request, TimeSpan most, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var usual = TimeSpan.FromSeconds(_options.PublishTimeoutSeconds);
        var patience = most < usual ? most : usual;
        var packet = request.ToPacket();
        try
        {
            var (code, text) = await session.PublishAsync(packet, patience, cancellationToken);
            var receipt = PublishChecks.ToReceipt(request, code, text);
            _messagesOut.Add();
            return receipt;
        }
        catch (TimeoutException)
        {
            // A caller's own patience says nothing of the broker.
            if (patience == usual)
                session.EndIfStuck(began);
            throw TimedOut(patience, packet.MayHaveBeenSent());
        }
        catch (BrokerLinkException)
        {
            throw packet.MayHaveBeenSent()
                ? Disconnected("went down before it acknowledged; the message may have reached it", isOutcomeUnknown: true)
                : Disconnected("went down before the message was sent");
        }
    }

    /// <summary>
    /// Ends the link as a good guest: nothing new begins, what is under way gets its answer, and what the broker has sent is taken; all
    /// that within the patience. Then it says good-bye.
    /// </summary>
    public async Task CloseAsync(TimeSpan patience)
    {
        Volatile.Write(ref _isClosing, true);
        using var end = new CancellationTokenSource(patience, _time);
        if (patience > TimeSpan.Zero && _session is { } session)
        {
            while ((Volatile.Read(ref _publishing) > 0 || _requester.Waiting > 0) && !session.Ended.IsCompleted && !end.IsCancellationRequested)
                await Task.Delay(LookEvery, _time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await session.SettleAsync(end.Token);
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _requester.Fail(Disconnected("went down before a reply came"));
        _subscriptions.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            _linkUpAt = null;
            var reason = await RunSessionAsync();
            if (_stopping.IsCancellationRequested)
                return;

            // An attempt that ran into its timeout is no link that lasted.
            if (_linkUpAt is { } upAt)
                _backoff.LinkLasted(_time.GetElapsedTime(upAt));
            var wait = _backoff.Next();
            Log.LinkDown(_logger, Key, reason, wait.TotalSeconds);
            SetState(BrokerState.Disconnected, reason);
            _requester.Fail(Disconnected("went down before a reply came"));
            await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Connects, and serves the link until it ends.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<string> RunSessionAsync()
    {
        BrokerTls? tls = null;
        try
        {
            tls = _factory.Url.IsTls ? BrokerTls.Load(_options.Tls, _contentRoot) : null;
            await using var session = await ConnectAsync(tls);
            session.Start();
            // Also where the broker has kept the session: it need not keep messages of QoS 0 (MQTT 5 §4.1).
            _consumer.MayHaveMissed();
            _subscriptions.Reset(session.IsSessionPresent);
            await _upstream.SendAsync(session, alsoSuspects: false, _stopping.Token);
            _session = session;
            _linkUpAt = _time.GetTimestamp();
            Log.LinkUp(_logger, Key, _factory.Url);
            SetState(BrokerState.Connected, _state.LastError);
            await _upstream.KeepAsync(session, _stopping.Token);
            return session.Ended.IsCompleted ? await session.Ended : "The bridge stops.";
        }
        catch (Exception exception)
        {
            if (_stopping.IsCancellationRequested)
                return "The bridge stops.";
            if (exception is OperationCanceledException or TimeoutException)
                return $"The broker did not answer within {_options.ConnectTimeoutSeconds} s.";
            return tls?.Refusal ?? BrokerLinkException.Describe(exception);
        }
        finally
        {
            _session = null;
        }
    }

    private async Task<MqttSession> ConnectAsync(BrokerTls? tls)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_options.ConnectTimeoutSeconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping.Token);
        var exchange = _authentication?.Begin(Key);
        var authenticationData = exchange is null ? null : await exchange.StartAsync(either.Token);
        var options = _factory.Create(authenticationData);
        var stream = await MqttTransport.ConnectAsync(_factory.Url, tls, either.Token);
        try
        {
            var reader = new PacketReader(options.ProtocolVersion, _factory.MostPacketBytes);
            var writer = new PacketWriter(stream, options.ProtocolVersion);
            var accepted = await MqttHandshake.ConnectAsync(stream, reader, writer, options, exchange, either.Token);
            return new MqttSession(stream, reader, writer, accepted, options, Receive, _unreleased, _time);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private void Receive(MqttPublishPacket packet)
    {
        _messagesIn.Add();
        var now = _time.GetUtcNow();
        Counts.NoteMessage(now);
        var isReply = packet.Topic == _requester.ResponseTopic;
        var problem = isReply ? InboundChecks.FindPayloadProblem(packet, _limits) : InboundChecks.FindProblem(packet, _limits);
        if (problem is not null)
            LeaveOut(packet, problem);
        if (isReply)
            _requester.Receive(packet, problem?.Text);
        else if (problem is null)
            HandOn(packet, now);
    }

    private void LeaveOut(MqttPublishPacket packet, InboundProblem problem)
    {
        Counts.NoteLeftOut(problem.Cause);
        if (Counts.LeftOut is var count && long.IsPow2(count))
            Log.MessageLeftOut(_logger, Key, packet.Topic, problem.Text, count);
    }

    private void HandOn(MqttPublishPacket packet, DateTimeOffset receivedAt)
    {
        using var trace = _traces.Start(packet);
        // MQTT 3.1.1 sets the flag on nothing but what a subscription brings.
        var subscribedAt = !packet.Retain ? -1 : _factory.IsMqtt5 ? _subscriptions.SubscribedAt(packet.Topic) : long.MaxValue;
        var message = packet.ToMessage(Key, receivedAt);
        using var sequencing = trace is null ? null : BridgeActivities.Start("bridge sequence");
        _consumer.Receive(message, subscribedAt, trace);
    }

    private void SetState(BrokerState state, string? error)
    {
        var since = state == _state.State ? _state.Since : _time.GetUtcNow();
        var isNews = state != _state.State;
        _state = new BrokerStateChange { BrokerKey = Key, State = state, Since = since, LastError = error };
        if (!isNews)
            return;

        Counts.NoteChange(state);
        _consumer.StateChanged(_state);
    }

    /// <summary>The link, where it is up. One that has ended is known as such before its state is.</summary>
    private MqttSession FindLink() =>
        Volatile.Read(ref _isClosing) ? throw Disconnected("is being closed")
        : _session is { Ended.IsCompleted: false } session && _state.State == BrokerState.Connected ? session
        : throw Disconnected("is down");

    private BridgeException TimedOut(TimeSpan patience, bool mayHaveBeenSent) => new(
        ErrorCodes.PublishTimeout,
        $"Broker '{Key}' did not acknowledge within {patience.TotalSeconds:0.#} s; the message {(mayHaveBeenSent ? "may have reached it" : "was not sent")}.")
    {
        IsOutcomeUnknown = mayHaveBeenSent,
    };

    private BridgeException Disconnected(string what, bool isOutcomeUnknown = false) =>
        new(ErrorCodes.BrokerDisconnected, $"The link to broker '{Key}' {what}{(_state.LastError is { } error ? $": {error}" : ".")}")
        {
            RetryAfter = _backoff.Window,
            IsOutcomeUnknown = isOutcomeUnknown,
        };

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "Broker {BrokerKey}: connected to {Url}")]
        public static partial void LinkUp(ILogger logger, string brokerKey, BrokerUrl url);

        [LoggerMessage(1002, LogLevel.Warning, "Broker {BrokerKey}: {Reason} Next attempt in {Seconds:0.0} s")]
        public static partial void LinkDown(ILogger logger, string brokerKey, string reason, double seconds);

        [LoggerMessage(1004, LogLevel.Warning, "Broker {BrokerKey}: a message on {Topic} was left out: {Problem} ({Count} so far)")]
        public static partial void MessageLeftOut(ILogger logger, string brokerKey, string topic, string problem, long count);

        [LoggerMessage(1010, LogLevel.Warning, "Bridge:Brokers:{BrokerKey}:Tls:AllowUntrusted: whatever certificate the broker shows is accepted. Anyone on the way can read and change everything")]
        public static partial void Untrusted(ILogger logger, string brokerKey);
    }
}
