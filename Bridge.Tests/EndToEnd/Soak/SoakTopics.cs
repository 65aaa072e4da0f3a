using System.Globalization;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>What is published, to each broker.</summary>
internal static class SoakTopics
{
    /// <summary>So large that who does not read for some seconds has more waiting than the bridge keeps for it.</summary>
    public const int PayloadBytes = 1024;

    /// <summary>The number of the last message of each topic.</summary>
    public const long Last = long.MaxValue;

    public static IReadOnlyList<string> All { get; } = [.. Enumerable.Range(0, 10).Select(i => $"soak/{i}")];

    public static long NumberOf(ReadOnlySpan<byte> payload) =>
        long.Parse(payload[..payload.IndexOf((byte)' ')], NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The position that a cursor stands for. To users it is opaque.</summary>
    public static long PositionOf(string cursor) => long.Parse(cursor[(cursor.IndexOf('.') + 1)..], CultureInfo.InvariantCulture);
}
