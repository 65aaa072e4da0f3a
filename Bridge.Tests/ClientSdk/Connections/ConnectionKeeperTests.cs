using Bridge.ClientSdk;
using Bridge.Tests.ClientSdk.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.ClientSdk.Connections;

public sealed class ConnectionKeeperTests
{
    [Fact]
    public async Task ConnectionLost_BridgeStaysAway_WaitsLongerAndLonger()
    {
        var clock = new ImpatientClock();
        var states = new Arrivals<ConnectionStateChange>();
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await BridgeClient.ConnectAsync(server.Url, options => options.TimeProvider = clock).InTime();
        bridge.ConnectionStateChanged += (_, change) => states.Add(change);
        await bridge.GetBrokersAsync().InTime();
        server.Refuse = 503;

        server.Drop();

        foreach (var bound in new[] { 0.5, 1, 2, 4, 8, 16, 30, 30, 30 })
            (await clock.Waits.NextAsync()).TotalSeconds.Should().BeInRange(0, bound);
        server.Refuse = null;
        await states.NextAsync();
        (await states.NextAsync()).State.Should().Be(BridgeConnectionState.Connected);
    }

    [Fact]
    public async Task ConnectionLost_WithALoggerFactory_LogsThereAndKeepsItUsable()
    {
        var log = new Arrivals<string>();
        using var factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new ArrivalsLog(log)));
        await using var server = await ScriptedBridge.StartAsync();
        await using (await server.ConnectAsync(options => options.LoggerFactory = factory))
        {
            server.Drop();

            await Until(log, "Bridge.ClientSdk.BridgeClient: The connection to the bridge was lost; reconnecting.");
            await Until(log, "Bridge.ClientSdk.BridgeClient: Reconnected to the bridge.");
        }

        await Until(log, "Microsoft.AspNetCore.SignalR.Client.HubConnection: HubConnection stopped.");
    }

    private static async Task Until(Arrivals<string> log, string line)
    {
        while (await log.NextAsync() != line)
        {
        }
    }

    /// <summary>Notes how long a wait should be, and makes it short.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        public Arrivals<TimeSpan> Waits { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
        }
    }

    private sealed class ArrivalsLog(Arrivals<string> lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Category(categoryName, lines);

        public void Dispose()
        {
        }

        private sealed class Category(string name, Arrivals<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Add($"{name}: {formatter(state, exception)}");
        }
    }
}
