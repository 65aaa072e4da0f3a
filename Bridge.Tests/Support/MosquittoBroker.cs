using System.Text;

namespace Bridge.Tests.Support;

/// <summary>A real mosquitto on loopback ports and in a folder of its own, that a test can stop, start, freeze and thaw.</summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    private const int PortAttempts = 5;

    private readonly MosquittoOptions _options;
    private readonly MosquittoClients _clients;
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _earlierLog = [];
    private ChildProcess? _process;

    private MosquittoBroker(MosquittoOptions options)
    {
        _options = options;
        _clients = new MosquittoClients(this, options);
    }

    public int Port { get; private set; }

    public int? WebSocketPort { get; private set; }

    /// <summary><c>mqtt://127.0.0.1:port</c>, or <c>mqtts</c> with TLS.</summary>
    public string Url => $"{(_options.Tls ? "mqtts" : "mqtt")}://127.0.0.1:{Port}";

    /// <summary><c>ws://127.0.0.1:port/mqtt</c>, or <c>wss</c> with TLS.</summary>
    public string WebSocketUrl => $"{(_options.Tls ? "wss" : "ws")}://127.0.0.1:{WebSocketPort}/mqtt";

    /// <summary>What it has logged, over all its starts.</summary>
    public IReadOnlyList<string> Log => [.. _earlierLog, .. _process?.Errors.Items ?? []];

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The broker does not run.");

    /// <summary>Starts a new broker; it accepts connections when this returns.</summary>
    public static async Task<MosquittoBroker> StartNewAsync(MosquittoOptions? options = null)
    {
        var broker = new MosquittoBroker(options ?? new());
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                broker.ChoosePorts();
                if (await broker.TryStartAsync())
                    return broker;
                if (attempt == PortAttempts || !broker.Log.Any(line => line.Contains("Address already in use")))
                    throw broker.DidNotStart();
            }
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same ports.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
            throw new InvalidOperationException("It runs already.");
        if (!await TryStartAsync())
            throw DidNotStart();
    }

    /// <summary>Ends it in an orderly way: its clients are disconnected.</summary>
    public async Task StopAsync()
    {
        await Running.StopAsync();
        await ForgetProcessAsync();
    }

    /// <summary>Ends it at once, as a crash would.</summary>
    public Task KillAsync() => ForgetProcessAsync();

    /// <summary>It keeps its connections and answers nothing, as a broker that hangs, until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => Running.SignalAsync("STOP");

    public Task ThawAsync() => Running.SignalAsync("CONT");

    /// <summary>The first line of its log, past or to come, that contains the text.</summary>
    public Task<string> WaitForLogAsync(string text, TimeSpan? timeout = null) =>
        Running.Errors.WaitForAsync(line => line.Contains(text), timeout, $"'{text}' in the broker's log");

    /// <inheritdoc cref="MosquittoClients.PublishAsync"/>
    public Task PublishAsync(
        string topic, ReadOnlyMemory<byte> payload, int qos = 1, bool retain = false, params string[] extraArguments) =>
        _clients.PublishAsync(topic, payload, qos, retain, extraArguments);

    /// <inheritdoc cref="MosquittoClients.PublishAsync"/>
    public Task PublishAsync(
        string topic, string payload, int qos = 1, bool retain = false, params string[] extraArguments) =>
        _clients.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), qos, retain, extraArguments);

    /// <inheritdoc cref="MosquittoClients.SubscribeAsync"/>
    public Task<MosquittoSubscription> SubscribeAsync(string filter, int qos = 1, params string[] extraArguments) =>
        _clients.SubscribeAsync(filter, qos, extraArguments);

    public async ValueTask DisposeAsync()
    {
        await ForgetProcessAsync();
        _folder.Dispose();
    }

    private void ChoosePorts()
    {
        Port = LoopbackPort.Find();
        WebSocketPort = _options.WebSockets ? LoopbackPort.Find() : null;
    }

    private async Task<bool> TryStartAsync()
    {
        var configuration = await MosquittoConfiguration.WriteAsync(_folder, _options, Port, WebSocketPort);
        var process = _process = ChildProcess.Start(Tools.Mosquitto, ["-c", configuration]);
        await Eventually.HoldsAsync(
            async () => process.ExitCode is not null
                // Its own word first: on a port that somebody else was faster to take, somebody else accepts.
                || (process.Errors.Items.Any(line => line.EndsWith(" running", StringComparison.Ordinal))
                    && await LoopbackPort.AcceptsAsync(Port) && await LoopbackPort.AcceptsAsync(WebSocketPort ?? Port)),
            describe: () => string.Join('\n', Log));
        if (process.ExitCode is null)
            return true;
        await ForgetProcessAsync();
        return false;
    }

    private async Task ForgetProcessAsync()
    {
        if (_process is not { } process)
            return;
        await process.KillAsync();
        _earlierLog.AddRange(process.Errors.Items);
        _process = null;
        await process.DisposeAsync();
    }

    private InvalidOperationException DidNotStart() => new($"mosquitto did not start on {Url}:\n{string.Join('\n', Log)}");
}
