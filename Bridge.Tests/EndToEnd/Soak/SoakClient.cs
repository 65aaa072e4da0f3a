using Bridge.Contracts;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>What a client is like.</summary>
/// <param name="Leaves">Whether it breaks off, and goes on from its cursor after a while, or begins anew.</param>
/// <param name="Pauses">Whether it stops reading for a while, so that messages are skipped.</param>
internal readonly record struct SoakHabits(bool Leaves, bool Pauses);

/// <summary>One of many clients, which reads until the stream ends, in its own way.</summary>
internal sealed class SoakClient(string hubUrl, string brokerKey, string filter, SoakHabits habits, int seed, CancellationToken ending)
{
    /// <summary>Little, so that who pauses is behind soon; with less the system's own timers would decide how fast it reads.</summary>
    private const int ReceiveBuffer = 65_536;

    private readonly Random _random = new(seed);
    private readonly List<SoakAccount> _accounts = [new(brokerKey, filter)];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string BrokerKey => brokerKey;

    public IReadOnlyList<SoakAccount> Accounts => _accounts;

    /// <summary>Completes, after the ending was announced, when it is subscribed and stays so.</summary>
    public Task Settled => _settled.Task;

    private SoakAccount Account => _accounts[^1];

    public async Task RunAsync()
    {
        while (!Account.IsComplete)
        {
            await VisitAsync();
            if (ending.IsCancellationRequested)
                continue;

            await WaitAsync(0.1, 5);
            if (_random.Next(4) == 0)
                _accounts.Add(new(brokerKey, filter));
        }
    }

    /// <summary>One connection.</summary>
    private async Task VisitAsync()
    {
        var isResuming = Account.Cursor is not null;
        var isSubscribed = false;
        var request = new SubscribeRequest { BrokerKey = brokerKey, Topic = filter, Snapshot = false, ResumeFrom = Account.Cursor };
        await using var connection = await SoakConnection.OpenAsync(
            hubUrl,
            request,
            ReceiveBuffer,
            result =>
            {
                Account.Begin(result, isResuming);
                isSubscribed = true;
            },
            Account.Take);
        await connection.ReadUntilAsync(() => isSubscribed);
        do
        {
            if (ending.IsCancellationRequested)
                _settled.TrySetResult();
            var began = TimeProvider.System.GetTimestamp();
            var duration = Between(0.5, 8);
            await connection.ReadUntilAsync(() => Account.IsComplete || TimeProvider.System.GetElapsedTime(began) > duration);
            if (habits.Pauses && !Account.IsComplete)
                await WaitAsync(4, 12);
        }
        while (!Account.IsComplete && (!habits.Leaves || ending.IsCancellationRequested || _random.Next(3) > 0));
    }

    private async Task WaitAsync(double least, double most)
    {
        if (!ending.IsCancellationRequested)
            await Task.Delay(Between(least, most), TimeProvider.System, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));
}
