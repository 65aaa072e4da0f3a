using Bridge.Server.Limits;

namespace Bridge.Server.Access;

/// <summary>A subscription that counts as a caller's until it has ended, and what ends with it.</summary>
/// <param name="limit">Where it counts; null: nowhere.</param>
/// <param name="holder">The caller.</param>
internal sealed class SubscriptionLease(CountLimit<CallerId>? limit, CallerId holder) : IDisposable
{
    private bool _isReturned;

    /// <summary>What is held at the broker for it.</summary>
    public IDisposable? Upstream { get; set; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isReturned, true))
            return;

        Upstream?.Dispose();
        limit?.Return(holder);
    }
}
