using System.Globalization;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Measuring;

/// <summary>What a process has used, from proc(5). All its threads count, the ended ones too.</summary>
internal static class ProcessUsage
{
    private static readonly double TicksPerSecond = Native.SystemConfiguration(Native.ClockTicks);

    /// <summary>User and system time, in seconds. The system tells it in hundredths.</summary>
    public static double CpuSeconds(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        // The name, in parentheses, may contain spaces; the fields after it are numbered from 3.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[14 - 3]) + Number(fields[15 - 3])) / TicksPerSecond;
    }

    /// <summary>Resident memory, in KiB.</summary>
    public static long ResidentKilobytes(int process) => Status(process, "VmRSS:");

    public static long Threads(int process) => Status(process, "Threads:");

    private static long Status(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
