using System.Globalization;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>Runs the real curl, as somebody who follows the documentation does.</summary>
internal static class Curl
{
    /// <summary>
    /// Runs curl with these arguments and returns the last response; fails if there was none. On a stream that goes on for
    /// ever, end it with <c>--max-time</c>: the response then has <see cref="CurlResponse.ExitCode"/> 28.
    /// </summary>
    public static async Task<CurlResponse> RunAsync(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var headerFile = folder.File("headers");
        string[] always = ["--silent", "--show-error", "--no-buffer", "--max-time", "30", "--dump-header", headerFile];
        // The first argument switches off the ~/.curlrc of whoever runs the tests.
        var run = await ProcessRun.RunAsync(Tools.Curl, ["-q", .. always, .. arguments], timeout: TimeSpan.FromSeconds(60));
        var headers = File.Exists(headerFile) ? await File.ReadAllTextAsync(headerFile) : "";
        return CurlResponse.TryParse(headers, run)
            ?? throw new InvalidOperationException($"{run.Command} got no response ({run.ExitCode}): {run.Errors}");
    }
}

/// <param name="Headers">Values by name, whatever its case; those that came several times are joined by a comma.</param>
/// <param name="ExitCode">curl's own: 0 when the response was complete.</param>
internal sealed record CurlResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, int ExitCode)
{
    public string Text => Encoding.UTF8.GetString(Body);

    internal static CurlResponse? TryParse(string headerText, ProcessRun run)
    {
        // One block for each response: there may be a "100 Continue" or a redirect before the one that counts.
        var last = headerText.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        if (last is null)
            return null;
        var lines = last.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .GroupBy(parts => parts[0], parts => parts[^1].Trim(), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(", ", group), StringComparer.OrdinalIgnoreCase);
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new(status, headers, run.Output, run.ExitCode);
    }
}
