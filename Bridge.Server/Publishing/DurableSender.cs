using System.Collections.Concurrent;
using System.Threading.Channels;
using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Messages;
using Bridge.Server.Persistence;

namespace Bridge.Server.Publishing;

/// <summary>
/// Sends one broker what waits for it on disk, in order. A message goes from the disk when the broker has acknowledged it; with QoS 0 before
/// it is sent. Whoever published it and still waits is told what became of it.
/// </summary>
internal sealed partial class DurableSender
{
    /// <summary>So many are read at a time, and may be unacknowledged.</summary>
    private const int MostTogether = 100;

    /// <summary>So often it is looked whether the link is up again, or the disk works.</summary>
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(250);

    private readonly string _brokerKey;
    private readonly BrokerManager _brokers;
    private readonly PublishQueue _queue;
    private readonly TimeSpan _mostAge;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<PublishReceipt>> _waiters = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public DurableSender(
        string brokerKey, BrokerManager brokers, PublishQueue queue, TimeSpan mostAge, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        (_brokerKey, _brokers, _queue, _mostAge, _time, _logger, _stopping) = (brokerKey, brokers, queue, mostAge, time, logger, stopping);
        Ended = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Completes when the bridge stops, and nothing is sent any more.</summary>
    public Task Ended { get; }

    /// <summary>Tells that something waits.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Writes a message to the disk, and waits for the broker's acknowledgement if its link is up.</summary>
    /// <exception cref="BridgeException">There is no room, or the broker refused it.</exception>
    public async Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var number = 0L;
        var waiter = new TaskCompletionSource<PublishReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _queue.AddAsync(request, given => _waiters[number = given] = waiter);
            Wake();
            if (FindLink() is not { } link)
                return Queued(request);

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(waiter.Task, Task.Delay(link.PublishTimeout, _time, patience.Token));
            await patience.CancelAsync();
            return waiter.Task is { IsCompleted: true, IsCanceled: false } answered ? await answered : Queued(request);
        }
        finally
        {
            _waiters.TryRemove(number, out _);
        }
    }

    private BrokerConnection? FindLink() =>
        _brokers.TryGet(_brokerKey, out var link) && link.State.State == BrokerState.Connected ? link : null;

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await SendAllAsync();
                await _wake.Reader.ReadAsync(_stopping);
            }
            catch (OperationCanceledException)
            {
                // The bridge stops.
            }
            catch (Exception exception) when (exception is BridgeException or IOException)
            {
                // The link is down, or the disk does not work.
                await PauseAsync();
            }
            catch (Exception exception)
            {
                // Nothing is known that gets here; if something does, what waits is tried again.
                Log.Failed(_logger, _brokerKey, exception);
                await PauseAsync();
            }
        }

        ReleaseWaiters();
    }

    /// <summary>Nobody need wait for what is tried again later.</summary>
    private async Task PauseAsync()
    {
        ReleaseWaiters();
        await Task.Delay(RetryEvery, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAllAsync()
    {
        var after = 0L;
        while (true)
        {
            // Where the link is down nothing is read again and again.
            var link = FindLink();
            if (link is null && _queue.LengthOf(_brokerKey).Count > 0)
                await DropTooOldAsync();
            if (link is null && _queue.LengthOf(_brokerKey).Count > 0)
                throw new BridgeException(ErrorCodes.BrokerDisconnected, "The link is down.");
            if (await _queue.ReadAsync(_brokerKey, after, MostTogether) is not { Count: > 0 } next)
                return;

            await SendAsync(next);
            after = next[^1].Id;
        }
    }

    /// <summary>Sends several: those of QoS 1 one right after the other, others each when all before are acknowledged.</summary>
    private async Task SendAsync(List<QueuedPublish> publishes)
    {
        var unacknowledged = new List<Task>();
        try
        {
            foreach (var publish in publishes)
            {
                if (IsTooOld(publish))
                {
                    await GiveUpAsync(publish);
                    continue;
                }

                var isPipelined = publish.Request.QualityOfService == QualityOfService.AtLeastOnce;
                if (!isPipelined)
                    await Task.WhenAll(unacknowledged);
                unacknowledged.Add(SendAsync(publish));
                if (!isPipelined)
                    await Task.WhenAll(unacknowledged);
            }
        }
        finally
        {
            await Task.WhenAll(unacknowledged);
        }
    }

    /// <exception cref="BridgeException">It is sent again later.</exception>
    private async Task SendAsync(QueuedPublish publish)
    {
        var link = FindLink() ?? throw new BridgeException(ErrorCodes.BrokerDisconnected, "The link is down.");
        var request = WithRestOfItsTime(publish);
        try
        {
            var receipt = publish.Request.QualityOfService switch
            {
                QualityOfService.AtMostOnce => await SendAtMostOnceAsync(link, publish, request),
                QualityOfService.AtLeastOnce => await link.PublishAsync(request, _stopping),
                _ => await SendExactlyOnceAsync(link, publish, request),
            };
            if (publish.Request.QualityOfService != QualityOfService.AtMostOnce)
                await _queue.RemoveAsync(publish);
            Tell(publish, waiter => waiter.TrySetResult(receipt));
        }
        catch (BridgeException failure) when (!IsForNow(failure))
        {
            if (publish.Request.QualityOfService != QualityOfService.AtMostOnce)
                await _queue.RemoveAsync(publish);
            if (!Tell(publish, waiter => waiter.TrySetException(failure)))
                Log.Refused(_logger, _brokerKey, publish.Request.Topic, failure.Message);
        }
    }

    /// <summary>Once it may have been sent it is not there to be sent again.</summary>
    private async Task<PublishReceipt> SendAtMostOnceAsync(BrokerConnection link, QueuedPublish publish, PublishRequest request)
    {
        await _queue.RemoveAsync(publish);
        return await link.PublishAsync(request, _stopping);
    }

    /// <summary>
    /// What is written down is always behind what the broker knows, by one step, which can be repeated: it knows the message by its
    /// identifier until it is released (MQTT 5 §4.3.3, §4.4).
    /// </summary>
    private async Task<PublishReceipt> SendExactlyOnceAsync(BrokerConnection link, QueuedPublish publish, PublishRequest request)
    {
        var receipt = new PublishReceipt { BrokerKey = _brokerKey, Topic = request.Topic, QualityOfService = QualityOfService.ExactlyOnce };
        if (publish.Progress != QueueProgress.Received)
        {
            if (publish.Progress == QueueProgress.Waiting)
                await _queue.NoteAsync(publish, QueueProgress.Sent);
            receipt = await link.OfferAsync(request, again: publish.Progress == QueueProgress.Sent, _stopping);
            await _queue.NoteAsync(publish, QueueProgress.Received);
        }

        await link.ReleaseAsync(_stopping);
        return receipt;
    }

    private async Task DropTooOldAsync()
    {
        while (await _queue.ReadAsync(_brokerKey, 0, 1) is [var oldest] && IsTooOld(oldest))
            await GiveUpAsync(oldest);
    }

    /// <summary>One that the broker may have must be brought to its end.</summary>
    private bool IsTooOld(QueuedPublish publish)
    {
        var age = _time.GetUtcNow() - publish.QueuedAt;
        return publish.Progress == QueueProgress.Waiting
            && ((_mostAge > TimeSpan.Zero && age >= _mostAge) || (publish.Request.ExpirySeconds is { } seconds && age.TotalSeconds >= seconds));
    }

    private async Task GiveUpAsync(QueuedPublish publish)
    {
        await _queue.RemoveAsync(publish);
        Log.Refused(_logger, _brokerKey, publish.Request.Topic, "it is too old");
    }

    /// <summary>The time that it has waited counts (MQTT 5 §3.3.2.3.3).</summary>
    private PublishRequest WithRestOfItsTime(QueuedPublish publish) => publish.Request.ExpirySeconds is { } seconds
        ? publish.Request with { ExpirySeconds = (uint)Math.Max(1, seconds - (_time.GetUtcNow() - publish.QueuedAt).TotalSeconds) }
        : publish.Request;

    private bool Tell(QueuedPublish publish, Action<TaskCompletionSource<PublishReceipt>> tell)
    {
        if (!_waiters.TryRemove(publish.Id, out var waiter))
            return false;

        tell(waiter);
        return true;
    }

    private void ReleaseWaiters()
    {
        foreach (var number in _waiters.Keys)
        {
            if (_waiters.TryRemove(number, out var waiter))
                waiter.TrySetCanceled();
        }
    }

    private static bool IsForNow(BridgeException failure) =>
        failure.Code is ErrorCodes.BrokerDisconnected or ErrorCodes.PublishTimeout or ErrorCodes.BrokerQuota or ErrorCodes.Overloaded or ErrorCodes.BrokerUnknown;

    private static PublishReceipt Queued(PublishRequest request) => new()
    {
        BrokerKey = request.BrokerKey,
        Topic = request.Topic,
        QualityOfService = request.QualityOfService,
        Reason = PublishReason.Queued,
    };

    private static partial class Log
    {
        [LoggerMessage(11001, LogLevel.Warning, "Broker {BrokerKey}: a durable message on {Topic} was given up: {Reason}")]
        public static partial void Refused(ILogger logger, string brokerKey, string topic, string reason);

        [LoggerMessage(11002, LogLevel.Error, "Broker {BrokerKey}: what waits for it cannot be sent for now")]
        public static partial void Failed(ILogger logger, string brokerKey, Exception exception);
    }
}
