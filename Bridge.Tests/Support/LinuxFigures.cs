using System.Globalization;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Support;

/// <summary>What the system says of processes and connections (proc(5)); elsewhere than on Linux nothing.</summary>
internal static partial class LinuxFigures
{
    /// <summary>The memory that a process has now, in bytes.</summary>
    public static long? ResidentBytes(int process) => StatusBytes(process, "VmRSS");

    /// <summary>The most memory that a process has had at a time, in bytes.</summary>
    public static long? PeakResidentBytes(int process) => StatusBytes(process, "VmHWM");

    /// <summary>How many bytes wait in the system for the other end of each connection of a port on loopback, by the other end's port.</summary>
    public static IReadOnlyDictionary<int, long>? SendQueues(int port) => OperatingSystem.IsLinux()
        ? File.ReadLines("/proc/net/tcp").Select(line => ConnectionLine().Match(line))
            .Where(match => match.Success && Hexadecimal(match, 1) == port && match.Groups[3].Value != TimeWait)
            // While connections come and go the system may tell one twice.
            .GroupBy(match => (int)Hexadecimal(match, 2), match => Hexadecimal(match, 4))
            .ToDictionary(connection => connection.Key, connection => connection.Last())
        : null;

    // A connection that has ended, of which only the name is left.
    private const string TimeWait = "06";

    private static long? StatusBytes(int process, string name) => OperatingSystem.IsLinux()
        ? StatusLine().Matches(File.ReadAllText($"/proc/{process}/status")).Where(match => match.Groups[1].Value == name)
            .Select(match => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * 1024).Single()
        : null;

    private static long Hexadecimal(Match match, int group) => long.Parse(match.Groups[group].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\w+):\s+(\d+) kB$", RegexOptions.Multiline)]
    private static partial Regex StatusLine();

    // Number, local and remote address and port, state, what waits to be sent.
    [GeneratedRegex(@"^\s*\d+: 0100007F:([0-9A-F]{4}) 0100007F:([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):")]
    private static partial Regex ConnectionLine();
}
