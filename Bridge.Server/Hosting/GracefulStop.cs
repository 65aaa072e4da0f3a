using Bridge.Contracts.Steps;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Pipeline;
using Bridge.Server.Shutdown;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Hosting;

/// <summary>
/// Stops the bridge so that nobody loses what was promised: before the host closes its listeners, and before SignalR, which ends its
/// connections as soon as the host stops, in whatever they are.
/// </summary>
internal sealed partial class GracefulStop(
    StopSignal signal,
    BrokerLinks links,
    StepPipeline pipeline,
    MessageStreams streams,
    BridgeOptions options,
    IOptions<HostOptions> host,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<GracefulStop> logger) : IHostedLifecycleService, IDisposable
{
    // Parts of the host's time for stopping. What is left is for answers that are still being read.
    private const double ForLinks = 0.3;
    private const double ForMessages = 0.25;
    private const double ForSteps = 0.1;
    private const double ForGoodbyes = 0.15;

    private readonly Lock _gate = new();
    private CancellationTokenRegistration _stopping;
    private Task? _stopped;

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<StopSignal>();
        services.AddHostedService<GracefulStop>();
        services.AddOptions<HostOptions>().PostConfigure<IConfiguration>(static (host, configuration) =>
        {
            if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan)
                host.ShutdownTimeout += ReadDrain(configuration);
        });
    }

    /// <summary>The last that registers is the first that is told: this comes before SignalR, which holds up the others likewise.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.Register(() => StopOnceAsync().GetAwaiter().GetResult());
        return Task.CompletedTask;
    }

    /// <summary>Where nobody gave a signal: the host itself is stopped.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopOnceAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private Task StopOnceAsync()
    {
        lock (_gate)
            return _stopped ??= Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        var drain = TimeSpan.FromSeconds(options.Shutdown.DrainSeconds);
        var patience = host.Value.ShutdownTimeout - drain;
        // 1. Load balancers send nobody here any more, when they have noticed.
        Log.Stopping(logger, drain.TotalSeconds);
        signal.Begin();
        if (drain > TimeSpan.Zero)
            await Task.Delay(drain, time);
        // 2. Who waits for something new is answered, and asks the next time elsewhere, or later.
        await signal.EndWaitsAsync();
        // 3. What is being published is acknowledged, or told to be lost. The brokers are told too, and send no more.
        await WithinAsync(patience * ForSteps, cancellationToken => pipeline.WhenSettledAsync(StepStage.Publish, cancellationToken));
        await links.CloseAsync(patience * ForLinks);
        // 4. What they have sent goes to those who take it.
        await WithinAsync(patience * ForSteps, cancellationToken => pipeline.WhenSettledAsync(StepStage.Message, cancellationToken));
        await WithinAsync(patience * ForMessages, streams.FlushAsync);
        // 5. Connections end, each told that it may come again.
        await signal.EndConnectionsAsync();
        await WithinAsync(patience * ForGoodbyes, signal.WhenAllGoneAsync);
    }

    private async Task WithinAsync(TimeSpan patience, Func<CancellationToken, Task> wait)
    {
        using var end = new CancellationTokenSource(patience, time);
        await wait(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Reads it by itself: the host asks before all settings are checked, and what is wrong with them is told elsewhere.</summary>
    private static TimeSpan ReadDrain(IConfiguration configuration)
    {
        var shutdown = new ShutdownOptions();
        new OptionsReader([]).Read(configuration.GetSection($"{BridgeOptions.Section}:{nameof(BridgeOptions.Shutdown)}"), shutdown);
        return TimeSpan.FromSeconds(Math.Clamp(shutdown.DrainSeconds, 0, ShutdownOptions.MostDrainSeconds));
    }

    private static partial class Log
    {
        [LoggerMessage(6005, LogLevel.Information, "The bridge stops; it goes on serving for {Seconds} s")]
        public static partial void Stopping(ILogger logger, double seconds);
    }
}
