using System.Diagnostics;
using System.Text.RegularExpressions;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Peers;

/// <summary>A server that the load tool started; it ends with this object.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Regex _readyLine;
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<Match> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo start, Regex readyLine)
    {
        _readyLine = readyLine;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Heard(line.Data);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"{start.FileName} ended.\n{LastLines}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    private string LastLines
    {
        get
        {
            lock (_lastLines)
                return string.Join('\n', _lastLines);
        }
    }

    /// <summary>Starts a program and waits for the line, on either output, with which it says that it is ready.</summary>
    public static async Task<(ServerProcess Process, Match ReadyLine)> StartAsync(
        string file, IEnumerable<string> arguments, Regex readyLine, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        var process = new ServerProcess(start, readyLine);
        try
        {
            return (process, await process._ready.Task.WaitAsync(StartTimeout));
        }
        catch (TimeoutException)
        {
            var lines = process.LastLines;
            await process.DisposeAsync();
            throw new TimeoutException($"{file} did not become ready.\n{lines}");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Native.Kill(Id, Terminate);
        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 20)
                _lastLines.Dequeue();
        }

        if (!_ready.Task.IsCompleted && _readyLine.Match(line) is { Success: true } match)
            _ready.TrySetResult(match);
    }
}
