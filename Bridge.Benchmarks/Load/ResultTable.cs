using System.Globalization;
using System.Text;

namespace Bridge.Benchmarks.Load;

/// <summary>The figures as a Markdown table.</summary>
internal static class ResultTable
{
    private const string None = "–";

    private static readonly (string Heading, Func<Figures, string> Cell)[] Columns =
    [
        ("per s", figures => Text(figures.Rate, "N0")),
        ("CPU µs each", figures => Text(figures.CpuMicroseconds, "N2")),
        ("CPU %", figures => Text(figures.CpuPercent, "N0")),
        ("p50 ms", figures => Text(figures.P50, "N2")),
        ("p99 ms", figures => Text(figures.P99, "N1")),
        ("p99.9 ms", figures => Text(figures.P999, "N1")),
        ("p50 ms alone", figures => Text(figures.P50Alone, "N2")),
        ("p99 ms alone", figures => Text(figures.P99Alone, "N1")),
        ("last ms", figures => Text(figures.Last, "N0")),
        ("bytes each", figures => Text(figures.Bytes, "N0")),
        ("lost", Lost),
        ("skipped", figures => Text(figures.Skipped, "N0")),
        ("KiB a connection", figures => Text(figures.KilobytesAConnection, "N1")),
        ("threads", figures => Text(figures.Threads, "N0")),
        ("tool CPU %", figures => Text(figures.ToolCpuPercent, "N0")),
    ];

    /// <summary>What nothing in the table was measured at has no column.</summary>
    public static string Write(IReadOnlyList<(string Scenario, string Peer, Figures Figures)> rows)
    {
        var columns = Columns.Where(column => rows.Any(row => column.Cell(row.Figures) != None)).ToArray();
        var table = new StringBuilder()
            .AppendLine($"| scenario | peer | {string.Join(" | ", columns.Select(column => column.Heading))} |")
            .AppendLine($"| --- | --- |{string.Concat(columns.Select(_ => " ---: |"))}");
        foreach (var (scenario, peer, figures) in rows)
            table.AppendLine($"| {scenario} | {peer} | {string.Join(" | ", columns.Select(column => column.Cell(figures)))} |");
        return table.ToString();
    }

    /// <summary>The cells of one run on one line, to watch while it goes on.</summary>
    public static string Line(Figures figures) => string.Join(
        ", ", Columns.Select(column => (column.Heading, Cell: column.Cell(figures))).Where(cell => cell.Cell != None).Select(cell => $"{cell.Heading} {cell.Cell}"));

    private static string Lost(Figures figures) => string.Concat(
        Text(figures.Lost, "N0"),
        figures.Disordered > 0 ? $", {figures.Disordered:N0} out of order" : "",
        figures.Closed > 0 ? $", {figures.Closed:N0} connections ended" : "");

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? None;
}
