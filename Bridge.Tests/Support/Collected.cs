namespace Bridge.Tests.Support;

/// <summary>
/// What something under test has produced so far (lines, messages, events), in order, with a bounded wait for more of it.
/// </summary>
internal sealed class Collected<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _items = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _ended;

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_lock)
                return [.. _items];
        }
    }

    public void Add(T item) => Change(() => _items.Add(item));

    /// <summary>Nothing more will come: whoever waits fails at once, with this reason, instead of at its timeout.</summary>
    public void End(string reason) => Change(() => _ended = reason);

    /// <summary>The first item that satisfies the predicate, of those collected already or of those to come.</summary>
    public async Task<T> WaitForAsync(Func<T, bool> predicate, TimeSpan? timeout = null, string? what = null)
    {
        var deadline = new CancellationTokenSource(timeout ?? Eventually.DefaultTimeout);
        using (deadline)
        {
            for (var seen = 0; ;)
            {
                var (news, ended, changed) = Since(seen);
                foreach (var item in news)
                    if (predicate(item))
                        return item;
                if (ended is not null)
                    throw Missing(what, ended);
                seen += news.Length;
                try
                {
                    await changed.WaitAsync(deadline.Token);
                }
                catch (OperationCanceledException)
                {
                    throw Missing(what, "it did not come in time");
                }
            }
        }
    }

    private (T[] News, string? Ended, Task Changed) Since(int seen)
    {
        lock (_lock)
            return ([.. _items.Skip(seen)], _ended, _changed.Task);
    }

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private TimeoutException Missing(string? what, string reason)
    {
        var items = Items;
        var last = string.Join(Environment.NewLine, items.TakeLast(50).Select(item => $"  {item}"));
        return new($"Waited for {what ?? typeof(T).Name}: {reason}. Of {items.Count} the last are:{Environment.NewLine}{last}");
    }
}
