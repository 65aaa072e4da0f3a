namespace Bridge.Server.Persistence;

/// <summary>Tells when the writer has written, or tried to.</summary>
internal sealed class StoreRounds
{
    /// <summary>One may be under way already, which began before what is waited for.</summary>
    private const int MostRounds = 3;

    private TaskCompletionSource _next = New();

    /// <summary>Is called when somebody waits.</summary>
    public Action? Wanted { get; set; }

    /// <summary>After an attempt.</summary>
    public void Ended() => Interlocked.Exchange(ref _next, New()).SetResult();

    /// <summary>Waits until something is written, for as many attempts as that can take.</summary>
    public async Task WaitForAsync(Func<bool> isWritten, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var next = Volatile.Read(ref _next);
            if (isWritten())
                return;

            Wanted?.Invoke();
            await next.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
