namespace Bridge.Benchmarks.Load;

/// <summary>What one run gave; null is what it does not measure.</summary>
/// <remarks>What is counted depends on the scenario: deliveries to subscribers, messages that came in, or HTTP requests.</remarks>
internal sealed record Figures
{
    /// <summary>How many a second.</summary>
    public double? Rate { get; init; }

    /// <summary>CPU time of the server's process for each, in microseconds.</summary>
    public double? CpuMicroseconds { get; init; }

    /// <summary>CPU time of the server's process, in percent of one core.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>The same of the load tool itself: the more it takes, the less the other figures say.</summary>
    public double? ToolCpuPercent { get; init; }

    /// <summary>Latencies, in milliseconds.</summary>
    public double? P50 { get; init; }

    /// <inheritdoc cref="P50"/>
    public double? P99 { get; init; }

    /// <inheritdoc cref="P50"/>
    public double? P999 { get; init; }

    /// <summary>Latencies while nobody else did anything, in milliseconds.</summary>
    public double? P50Alone { get; init; }

    /// <inheritdoc cref="P50Alone"/>
    public double? P99Alone { get; init; }

    /// <summary>Bytes on the wire for each, towards the client.</summary>
    public double? Bytes { get; init; }

    /// <summary>What did not come and was not told of, or answers that were no success.</summary>
    public double? Lost { get; init; }

    /// <summary>What the server says it left out.</summary>
    public double? Skipped { get; init; }

    /// <summary>What came again, or after a later one.</summary>
    public double? Disordered { get; init; }

    /// <summary>How many connections the server ended.</summary>
    public double? Closed { get; init; }

    /// <summary>Resident memory for each idle connection, in KiB.</summary>
    public double? KilobytesAConnection { get; init; }

    /// <summary>The time from one message to the last of those who waited for it, in milliseconds.</summary>
    public double? Last { get; init; }

    /// <summary>How many threads the server's process has.</summary>
    public double? Threads { get; init; }

    /// <summary>The median of each figure by itself. Faults are no matter of luck: of them the worst counts.</summary>
    public static Figures Median(IReadOnlyList<Figures> runs) => new()
    {
        Rate = Median(runs, run => run.Rate),
        CpuMicroseconds = Median(runs, run => run.CpuMicroseconds),
        CpuPercent = Median(runs, run => run.CpuPercent),
        ToolCpuPercent = Median(runs, run => run.ToolCpuPercent),
        P50 = Median(runs, run => run.P50),
        P99 = Median(runs, run => run.P99),
        P999 = Median(runs, run => run.P999),
        P50Alone = Median(runs, run => run.P50Alone),
        P99Alone = Median(runs, run => run.P99Alone),
        Bytes = Median(runs, run => run.Bytes),
        KilobytesAConnection = Median(runs, run => run.KilobytesAConnection),
        Last = Median(runs, run => run.Last),
        Threads = Median(runs, run => run.Threads),
        Lost = runs.Max(run => run.Lost),
        Skipped = runs.Max(run => run.Skipped),
        Disordered = runs.Max(run => run.Disordered),
        Closed = runs.Max(run => run.Closed),
    };

    private static double? Median(IReadOnlyList<Figures> runs, Func<Figures, double?> figure)
    {
        var values = runs.Select(figure).OfType<double>().Order().ToArray();
        return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
