using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>One filter that the bridge subscribes to at a broker.</summary>
internal sealed class UpstreamSubscription(TopicFilter filter)
{
    private TaskCompletionSource<bool> _acknowledged = NewSource();

    public TopicFilter Filter { get; } = filter;

    /// <summary>The position in the stream when the broker was first asked for it; null before.</summary>
    public long? BeganAt { get; set; }

    /// <summary>The position in the stream when the broker was last asked for it.</summary>
    public long SubscribedAt { get; set; }

    /// <summary>The timestamp of that moment.</summary>
    public long AskedAt { get; set; }

    /// <summary>The timestamp of the last retained message that it brought by way of repetition; at first that of asking.</summary>
    public long LastRepeatAt { get; set; }

    /// <summary>Is true when the broker said yes, and false when it is no longer asked, because the filter is covered otherwise; fails when it said no.</summary>
    public Task<bool> Acknowledged => _acknowledged.Task;

    public void Accept() => _acknowledged.TrySetResult(true);

    public void Supersede() => _acknowledged.TrySetResult(false);

    public void Refuse(Exception refusal) => _acknowledged.TrySetException(refusal);

    /// <summary>The link is a new one: the broker has to be asked again.</summary>
    public void Reset()
    {
        if (_acknowledged.Task.IsCompleted)
            _acknowledged = NewSource();
    }

    private static TaskCompletionSource<bool> NewSource()
    {
        var source = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A refusal is logged where it is received, whether somebody waits for it or not.
        source.Task.Observe();
        return source;
    }
}
