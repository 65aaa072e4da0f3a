using System.Net.Http.Json;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>A bridge process with some brokers that fail, a stream of numbers on each, and many clients.</summary>
internal sealed class SoakScene : IAsyncDisposable
{
    private const int Brokers = 3;
    private const double PerSecondAndBroker = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly CancellationTokenSource _ending = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<SoakBroker> _brokers = [];
    private readonly List<SoakPublisher> _publishers = [];
    private readonly List<Task> _running = [];

    public BridgeProcess Bridge { get; private set; } = null!;

    public List<SoakClient> Clients { get; } = [];

    public Dictionary<string, SoakWitness> Witnesses { get; } = [];

    public int Faults { get; private set; }

    public static async Task<SoakScene> StartAsync(int clients, int seed)
    {
        var scene = new SoakScene();
        try
        {
            await scene.BeginAsync(clients, seed);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>One broker after the other fails, at random, for that long. Fails as soon as a client does.</summary>
    public async Task FailAsync(TimeSpan duration, Random random, Action onPause)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < duration)
        {
            var fault = _brokers[random.Next(Brokers)].FailAsync(random);
            for (var pause = random.Next(6, 16); pause > 0 || !fault.IsCompleted; pause--)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System);
                onPause();
            }

            await fault;
            Faults++;
            await Task.WhenAll(_running.Where(task => task.IsFaulted));
        }
    }

    /// <summary>Lets everything recover, and everybody read to the end.</summary>
    public async Task FinishAsync()
    {
        await WaitForNewsAsync();
        await _ending.CancelAsync();
        await Task.WhenAny(Task.WhenAll(Clients.Select(client => client.Settled)), FirstFailure()).Unwrap().WaitAsync(Patience);
        await Task.WhenAll(_publishers.Select(publisher => publisher.FinishAsync())).WaitAsync(Patience);
        await Task.WhenAll(_running).WaitAsync(Patience);
    }

    public async Task<BrokerInfo[]> GetBrokersAsync() =>
        (await Bridge.Client.GetFromJsonAsync<BrokerInfo[]>(new Uri("/brokers", UriKind.Relative)))!;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var publisher in _publishers)
            await publisher.DisposeAsync();
        if (Bridge is not null)
            await Bridge.DisposeAsync();
        foreach (var broker in _brokers)
            await broker.DisposeAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _folder.Dispose();
        _ending.Dispose();
    }

    private async Task BeginAsync(int clients, int seed)
    {
        for (var i = 0; i < Brokers; i++)
            _brokers.Add(await SoakBroker.StartAsync($"broker{i}"));
        // All clients have one address. Little waits for each, so that who pauses for some seconds has messages skipped.
        KeyValuePair<string, string?>[] settings =
        [
            new("Bridge:Persistence:Path", _folder.File("bridge.db")),
            new("Bridge:Limits:SubscribesPerSecond", "0"),
            new("Bridge:Limits:OutboxBytes", "131072"),
            // Filled within a minute, which a long soak's first quarter covers: what grows after that is no warming up.
            new("Bridge:Cache:RecentMessages", "5000"),
        ];
        Bridge = await BridgeProcess.StartAsync([.. _brokers.SelectMany(broker => broker.Settings), .. settings]);
        await Eventually.HoldsAsync(async () => (await GetBrokersAsync()).All(broker => broker.State == BrokerState.Connected));
        foreach (var broker in _brokers)
        {
            var witness = Witnesses[broker.Key] = new SoakWitness(Bridge.Client, broker.Key);
            _running.Add(Task.Run(witness.RunAsync));
        }

        await Task.WhenAll(Witnesses.Values.Select(witness => witness.Begun)).WaitAsync(Patience);
        _publishers.AddRange(_brokers.Select(broker => new SoakPublisher(broker.Port, PerSecondAndBroker)));
        Clients.AddRange(Enumerable.Range(0, clients).Select(i => MakeClient(i, seed)));
        _running.AddRange(Clients.Select(client => Task.Run(client.RunAsync)));
    }

    /// <summary>Of six, one reads all of a broker and the others a topic; half of them leave, and half of them pause.</summary>
    private SoakClient MakeClient(int index, int seed)
    {
        var filter = index % 6 == 0 ? "#" : SoakTopics.All[index % SoakTopics.All.Count];
        var habits = new SoakHabits(Leaves: index / 6 % 2 == 0, Pauses: index / 12 % 2 == 0);
        return new SoakClient(Bridge.HubUrl, _brokers[index / 24 % Brokers].Key, filter, habits, seed + index, _ending.Token);
    }

    /// <summary>What was published after the last fault has come: until then a link may look better than it is.</summary>
    private async Task WaitForNewsAsync()
    {
        var next = _brokers.Zip(_publishers).ToDictionary(pair => pair.First.Key, pair => pair.Second.Next);
        await Eventually.HoldsAsync(
            () => next.All(broker => Witnesses[broker.Key].Log.Newest >= broker.Value), Patience,
            () => string.Join(", ", next.Select(broker => $"{broker.Key} has {Witnesses[broker.Key].Log.Newest} of {broker.Value}")));
    }

    private Task FirstFailure()
    {
        var failure = new TaskCompletionSource();
        foreach (var task in _running)
            _ = task.ContinueWith(ended => failure.TrySetException(ended.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return failure.Task;
    }
}
