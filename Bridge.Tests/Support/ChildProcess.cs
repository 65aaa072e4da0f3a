using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>A real process with its output lines collected; it and its descendants end with this object at the latest.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Action<string> _onOutput;

    private ChildProcess(Process process, Action<string>? onOutput)
    {
        _process = process;
        _onOutput = onOutput ?? (_ => { });
        Id = process.Id;
        Ended = CollectAsync();
    }

    public int Id { get; }

    /// <summary>Completes when it has ended and all its output is collected.</summary>
    public Task Ended { get; }

    /// <summary>The lines of standard output.</summary>
    public Collected<string> Output { get; } = new();

    /// <summary>The lines of standard error.</summary>
    public Collected<string> Errors { get; } = new();

    /// <summary>Null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    public static ChildProcess Start(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null,
        Action<string>? onOutput = null) =>
        new(Process.Start(StartInfo(file, arguments, environment, workingDirectory))!, onOutput);

    internal static ProcessStartInfo StartInfo(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, string? workingDirectory)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }

    /// <summary>The first line of standard output, past or to come, that satisfies the predicate.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> predicate, TimeSpan? timeout = null) =>
        Output.WaitForAsync(predicate, timeout, $"a line of process {Id}");

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a POSIX signal by its name without SIG: TERM, STOP, CONT.</summary>
    public async Task SignalAsync(string name)
    {
        // The shell's own kill: signal numbers differ between systems, and not every system has /bin/kill.
        var id = Id.ToString(CultureInfo.InvariantCulture);
        var result = await ProcessRun.RunAsync("sh", ["-c", "kill -s \"$1\" \"$2\"", "sh", name, id]);
        result.EnsureSuccess();
    }

    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        await Ended.WaitAsync(timeout ?? Eventually.DefaultTimeout);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end (SIGTERM), and insists if it does not.</summary>
    public async Task<int> StopAsync(TimeSpan? timeout = null)
    {
        if (!_process.HasExited)
            await SignalAsync("TERM");
        try
        {
            return await WaitForExitAsync(timeout);
        }
        catch (TimeoutException)
        {
            return await KillAsync();
        }
    }

    public async Task<int> KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        return await WaitForExitAsync(KillTimeout);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task CollectAsync()
    {
        await Task.WhenAll(
            ReadAsync(_process.StandardOutput, line =>
            {
                Output.Add(line);
                _onOutput(line);
            }),
            ReadAsync(_process.StandardError, Errors.Add));
        await _process.WaitForExitAsync();
        Output.End($"process {Id} ended with {_process.ExitCode}: {string.Join('\n', Errors.Items.TakeLast(20))}");
        Errors.End($"process {Id} ended with {_process.ExitCode}");
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
            onLine(line);
    }
}
