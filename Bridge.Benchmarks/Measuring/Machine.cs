using System.Diagnostics;
using System.Runtime.InteropServices;
using Bridge.Benchmarks.Clients;
using Bridge.Benchmarks.Peers;

namespace Bridge.Benchmarks.Measuring;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe() => string.Join(
        "; ",
        $"{Environment.ProcessorCount} cores",
        Processor(),
        $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB",
        $"{RuntimeInformation.OSDescription}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}",
        RuntimeInformation.FrameworkDescription,
        FirstLine(Programs.Mosquitto, "-h"),
        Programs.Node is { } node ? $"node {FirstLine(node, "--version")}" : "no node");

    /// <summary>Sees to it that this process, and those it starts, may have that many connections.</summary>
    public static void RaiseOpenFiles(int connections)
    {
        var wanted = (nuint)(connections + 500);
        var limit = default(Native.ResourceLimit);
        Native.GetLimit(Native.OpenFiles, ref limit);
        if (limit.Soft >= wanted)
            return;

        limit.Soft = wanted;
        limit.Hard = limit.Hard > wanted ? limit.Hard : wanted;
        if (Native.SetLimit(Native.OpenFiles, ref limit) != 0)
            throw new InvalidOperationException($"{wanted} open files are needed and not allowed here: run 'ulimit -Hn {wanted}' as root first, or give fewer --subscribers.");
    }

    private static string Processor() => File.ReadLines("/proc/cpuinfo")
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':') + 1)..].Trim())
        .FirstOrDefault(RuntimeInformation.ProcessArchitecture.ToString());

    private static string FirstLine(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var line = process.StandardOutput.ReadLine() ?? "";
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return line;
    }
}
