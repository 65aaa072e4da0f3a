using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Limits;
using Bridge.Server.Messages;

namespace Bridge.Server.Access;

/// <summary>How often each caller may do something. The same for every door; a limit that is 0 is not there at all.</summary>
internal sealed class CallerLimits
{
    /// <summary>In seconds: as much may be done at once, after a quiet time.</summary>
    private const int Burst = 10;

    /// <summary>Nobody knows when a device replies.</summary>
    private static readonly TimeSpan RequestsRetryAfter = TimeSpan.FromSeconds(1);

    private readonly LimitOptions _options;
    private readonly AuditLog _audit;
    private readonly RateLimit<CallerId>? _subscribes;
    private readonly RateLimit<CallerId>? _connects;
    private readonly RateLimit<CallerId>? _reads;
    private readonly RateLimit<CallerId>? _publishes;
    private readonly RateLimit<CallerId>? _publishedBytes;
    private readonly CountLimit<CallerId>? _subscriptions;
    private readonly CountLimit<CallerId>? _requests;

    public CallerLimits(BridgeOptions options, TimeProvider time, AuditLog audit)
    {
        (_options, _audit) = (options.Limits, audit);
        _subscribes = PerSecond(_options.SubscribesPerSecond);
        _connects = PerSecond(_options.SubscribesPerSecond);
        _reads = PerSecond(_options.ReadsPerSecond);
        _publishes = PerSecond(_options.PublishesPerSecond);
        _publishedBytes = PerSecond(_options.PublishBytesPerSecond, _options.MaxPayloadBytes);
        _subscriptions = _options.SubscriptionsPerUser > 0 ? new(_options.SubscriptionsPerUser) : null;
        _requests = _options.RequestsPerUser > 0 ? new(_options.RequestsPerUser) : null;

        RateLimit<CallerId>? PerSecond(long rate, long least = 0) => rate > 0 ? new(rate, Math.Max(rate * Burst, least), time) : null;
    }

    /// <summary>How many callers hold a subscription.</summary>
    public int Subscribers => _subscriptions?.Count ?? 0;

    /// <summary>Counts a subscription that begins.</summary>
    /// <exception cref="BridgeException">The caller has begun too many lately.</exception>
    public void CountSubscribe(Caller caller)
    {
        if (_subscribes?.TryTake(caller.Id) is { } wait)
            throw Refuse(caller, "subscribes too often", nameof(_options.SubscribesPerSecond), _options.SubscribesPerSecond, wait);
    }

    /// <summary>Counts a hub connection that begins.</summary>
    /// <exception cref="BridgeException">The caller has begun too many lately.</exception>
    public void CountConnect(Caller caller)
    {
        if (_connects?.TryTake(caller.Id) is { } wait)
            throw Refuse(caller, "connects too often", nameof(_options.SubscribesPerSecond), _options.SubscribesPerSecond, wait);
    }

    /// <summary>Counts a subscription that is held, until the lease is disposed of.</summary>
    /// <exception cref="BridgeException">The caller has as many as it may have.</exception>
    public SubscriptionLease HoldSubscription(Caller caller)
    {
        if (_subscriptions?.TryTake(caller.Id) == false)
        {
            const string Limit = nameof(_options.SubscriptionsPerUser);
            var detail = string.Create(
                CultureInfo.InvariantCulture, $"{caller} has too many subscriptions: Bridge:Limits:{Limit} is {_options.SubscriptionsPerUser}.");
            var refusal = new BridgeException(ErrorCodes.TooManySubscriptions, detail) { Limit = Limit };
            _audit.Refused(caller.User, caller.Address, refusal);
            throw refusal;
        }

        return new SubscriptionLease(_subscriptions, caller.Id);
    }

    /// <summary>Counts a request whose reply is waited for, until the lease is disposed of.</summary>
    /// <exception cref="BridgeException">As many of the caller's wait as may.</exception>
    public IDisposable? HoldRequest(Caller caller)
    {
        if (_requests?.TryTake(caller.Id) == false)
            throw Refuse(caller, "has too many requests waiting", nameof(_options.RequestsPerUser), _options.RequestsPerUser, RequestsRetryAfter);
        return _requests is null ? null : new ConnectionLease(() => _requests.Return(caller.Id));
    }

    /// <summary>Counts a question for last values, or such an answer to it.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="amount">As how many it counts.</param>
    /// <exception cref="BridgeException">The caller has asked too often lately.</exception>
    public void CountRead(Caller caller, int amount = 1)
    {
        if (_reads?.TryTake(caller.Id, amount) is { } wait)
            throw Refuse(caller, "reads too often", nameof(_options.ReadsPerSecond), _options.ReadsPerSecond, wait);
    }

    /// <summary>Counts a message, before it is sent to the broker.</summary>
    /// <exception cref="BridgeException">The caller has published too much lately.</exception>
    public void CountPublish(Caller caller, int bytes)
    {
        if (_publishes?.TryTake(caller.Id) is { } wait)
            throw Refuse(caller, "publishes too often", nameof(_options.PublishesPerSecond), _options.PublishesPerSecond, wait);
        if (_publishedBytes?.TryTake(caller.Id, bytes) is not { } longer)
            return;

        // It was no message after all.
        _publishes?.Return(caller.Id);
        throw Refuse(caller, "publishes too much", nameof(_options.PublishBytesPerSecond), _options.PublishBytesPerSecond, longer);
    }

    private BridgeException Refuse(Caller caller, string what, string limit, long value, TimeSpan wait)
    {
        var refusal = BridgeException.RateLimited($"{caller} {what}", limit, value, wait);
        _audit.Refused(caller.User, caller.Address, refusal);
        return refusal;
    }
}
