using System.Diagnostics;
using System.Globalization;
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
    /// <returns>Why they may not; null when they may.</returns>
    public static string? WhyNot(int connections)
    {
        var wanted = connections + 500;
        if (!TryRaiseOpenFiles((nuint)wanted))
            return $"{wanted} open files are needed and not allowed here: run 'ulimit -Hn {wanted}' as root first, or give fewer --subscribers.";

        // All servers listen on one address.
        return Ports() < wanted
            ? $"{wanted} ports to connect from are needed, and there are {Ports()}: widen net.ipv4.ip_local_port_range, or give fewer --subscribers."
            : null;
    }

    private static bool TryRaiseOpenFiles(nuint wanted)
    {
        var limit = default(Native.ResourceLimit);
        Native.GetLimit(Native.OpenFiles, ref limit);
        if (limit.Soft >= wanted)
            return true;

        limit.Soft = wanted;
        limit.Hard = limit.Hard > wanted ? limit.Hard : wanted;
        return Native.SetLimit(Native.OpenFiles, ref limit) == 0;
    }

    private static int Ports()
    {
        var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(range[1], CultureInfo.InvariantCulture) - int.Parse(range[0], CultureInfo.InvariantCulture) + 1;
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
