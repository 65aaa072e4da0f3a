using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>What is done to a peer, and what is counted.</summary>
/// <param name="Name">Its name in the table and in <c>--scenario</c>.</param>
/// <param name="Needs">What a peer must be able to do to take part.</param>
/// <param name="RunAsync">One run of it.</param>
internal sealed record Scenario(string Name, Abilities Needs, Func<RunningPeer, Peer, LoadOptions, Task<Figures>> RunAsync)
{
    private const int SlowPayload = 16_000;

    /// <summary>Whether each run needs a server that has done nothing yet.</summary>
    public bool NeedsFreshServer { get; init; }

    /// <summary>How many subscribers there are, where nothing else is asked for.</summary>
    public int Subscribers { get; init; }

    public static IReadOnlyList<Scenario> All { get; } =
    [
        FanOut("500x100", new() { Subscribers = 500, Rate = 100 }),
        FanOut("500x1000", new() { Subscribers = 500, Rate = 1000, Topics = 1000 }),
        FanOut("500x2000", new() { Subscribers = 500, Rate = 2000, Topics = 1000 }),
        FanOut("5000x20", new() { Subscribers = 5000, Rate = 20 }),
        FanOut("slow-none", new() { Subscribers = 500, Rate = 50, PayloadLength = SlowPayload }),
        FanOut("slow", new() { Subscribers = 500, Rate = 50, PayloadLength = SlowPayload, PausedEvery = 10 }),
        new("idle5000", Abilities.FanOut, IdleRun.RunAsync) { NeedsFreshServer = true, Subscribers = 5000 },
        Ingest(5_000),
        Ingest(20_000),
        Ingest(40_000),
        Polls("idle", PollIdleRun.RunAsync) with { NeedsFreshServer = true },
        Polls("same", PollSameRun.RunAsync),
        Polls("own", PollOwnRun.RunAsync),
        FanOut("sse", new() { Subscribers = 500, Rate = 100 }) with { Needs = Abilities.Streams },
        new("http-get", Abilities.Http, (peer, _, options) => HttpRun.RunAsync(peer, options, HttpRequests.Get)),
        new("http-publish-qos0", Abilities.Http, (peer, _, options) => HttpRun.RunAsync(peer, options, port => HttpRequests.Publish(port, 0))),
        new("http-publish-qos1", Abilities.Http, (peer, _, options) => HttpRun.RunAsync(peer, options, port => HttpRequests.Publish(port, 1))),
        new("limited", Abilities.Limits, (peer, _, options) => LimitedRun.RunAsync(peer, options)),
    ];

    private static Scenario FanOut(string name, FanOutLoad load) =>
        new(name, Abilities.FanOut, (peer, kind, options) => FanOutRun.RunAsync(peer, kind, load, options)) { Subscribers = load.Subscribers };

    private static Scenario Polls(string name, Func<RunningPeer, LoadOptions, Task<Figures>> runAsync) =>
        new($"polls-{name}", Abilities.Polls, (peer, _, options) => runAsync(peer, options)) { Subscribers = PollRequests.Usual };

    private static Scenario Ingest(int rate) => new($"ingest-{rate}", Abilities.Ingest, (peer, kind, options) => IngestRun.RunAsync(peer, kind, rate, options));
}

/// <summary>A load of subscribers and messages.</summary>
internal sealed record FanOutLoad
{
    public required int Subscribers { get; init; }

    /// <summary>Messages a second, each of which goes to every subscriber.</summary>
    public required int Rate { get; init; }

    public int Topics { get; init; } = 1;

    public int PayloadLength { get; init; } = Clients.LoadPayload.UsualLength;

    /// <summary>Every which subscriber stops reading while is measured; 0 for none.</summary>
    public int PausedEvery { get; init; }
}
