using System.Diagnostics;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>A process that was run to its end.</summary>
internal sealed record ProcessRun(string Command, int ExitCode, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Runs it with these bytes as its standard input, and kills it when it takes longer than the timeout.</summary>
    public static async Task<ProcessRun> RunAsync(
        string file,
        IReadOnlyCollection<string> arguments,
        ReadOnlyMemory<byte> input = default,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        using var process = Process.Start(ChildProcess.StartInfo(file, arguments, environment, null))!;
        using var deadline = new CancellationTokenSource(timeout ?? Eventually.DefaultTimeout);
        using var output = new MemoryStream();
        try
        {
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await WriteAsync(process, input, deadline.Token);
            await Task.WhenAll(reading, errors, process.WaitForExitAsync(deadline.Token));
            return new($"{file} {string.Join(' ', arguments)}", process.ExitCode, output.ToArray(), await errors);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end in time.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public ProcessRun EnsureSuccess() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"{Command} ended with {ExitCode}: {Errors}{Text}");

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of its input; its exit code and errors say why.
        }
    }
}
