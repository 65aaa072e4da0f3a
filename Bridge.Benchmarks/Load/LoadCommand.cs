using System.Runtime.InteropServices;
using Bridge.Benchmarks.Measuring;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Load;

/// <summary>Runs what was asked for, one run after the other, and prints the table.</summary>
internal sealed class LoadCommand(LoadOptions options)
{
    // Subscribers connect with blocking calls.
    private const int Threads = 32;

    private readonly List<(string Scenario, string Peer, Figures Figures)> _rows = [];
    private volatile bool _isStopping;

    public async Task<int> RunAsync()
    {
        // The servers must not outlive this process: an interruption ends the run, and that ends them.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        ThreadPool.SetMinThreads(Threads, Threads);
        var scenarios = Scenario.All.Where(scenario => LoadOptions.Selects(options.Scenarios, scenario.Name)).ToArray();
        var connections = options.Subscribers ?? scenarios.Select(scenario => scenario.Subscribers).DefaultIfEmpty().Max();
        if (Machine.WhyNot(connections) is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 1;
        }

        foreach (var scenario in scenarios)
            await RunAsync(scenario);

        Console.WriteLine(Machine.Describe());
        Console.WriteLine($"{options.Rounds} rounds of {options.Window.TotalSeconds} s after {options.WarmUp.TotalSeconds} s; medians.");
        Console.WriteLine();
        Console.WriteLine(ResultTable.Write(_rows));
        return _isStopping ? 1 : 0;
    }

    private async Task RunAsync(Scenario scenario)
    {
        var running = new Dictionary<Peer, RunningPeer>();
        var figures = new Dictionary<Peer, List<Figures>>();
        var peers = TakingPart(scenario).ToArray();
        try
        {
            // Peers take turns, so that what else the machine does falls on all alike.
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var peer in peers.TakeWhile(_ => !_isStopping))
                    await RunAsync(scenario, peer, running, figures);
            }
        }
        finally
        {
            foreach (var server in running.Values)
                await server.DisposeAsync();
        }

        _rows.AddRange(figures.Select(runs => (scenario.Name, runs.Key.Name, Figures.Median(runs.Value))));
    }

    private async Task RunAsync(
        Scenario scenario, Peer peer, Dictionary<Peer, RunningPeer> running, Dictionary<Peer, List<Figures>> figures)
    {
        var isSpent = scenario.NeedsFreshServer;
        try
        {
            if (!running.TryGetValue(peer, out var server))
                running.Add(peer, server = await peer.Start());
            var run = await scenario.RunAsync(server, peer, options);
            if (!figures.TryGetValue(peer, out var runs))
                figures.Add(peer, runs = []);
            runs.Add(run);
            // What is late could still come, to the subscribers of the next run.
            isSpent |= run.Lost != 0;
            Console.Error.WriteLine($"{scenario.Name} {peer.Name}: {ResultTable.Line(run)}");
        }
        catch (Exception exception)
        {
            // One peer that fails must not cost what the others gave.
            Console.Error.WriteLine($"{scenario.Name} {peer.Name} failed: {exception.Message}");
            isSpent = true;
        }

        if (isSpent && running.Remove(peer, out var used))
            await used.DisposeAsync();
    }

    private IEnumerable<Peer> TakingPart(Scenario scenario)
    {
        foreach (var peer in Peer.All.Where(peer => peer.Abilities.HasFlag(scenario.Needs) && LoadOptions.Selects(options.Peers, peer.Name)))
        {
            if (peer.NeedsNode && Programs.WhyNoNode is { } reason)
                Console.Error.WriteLine($"{peer.Name} is left out: {reason}.");
            else
                yield return peer;
        }
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        Console.Error.WriteLine("Stopping after this run.");
        _isStopping = true;
    }
}
