using System.Globalization;
using System.Text;

namespace Bridge.Benchmarks.Load;

/// <summary>The figures as a Markdown table.</summary>
internal static class ResultTable
{
    private static readonly (string Heading, Func<Figures, string> Cell)[] Columns =
    [
        ("per s", figures => Text(figures.Rate, "N0")),
        ("CPU µs each", figures => Text(figures.CpuMicroseconds, "N2")),
        ("CPU %", figures => Text(figures.CpuPercent, "N0")),
        ("p50 ms", figures => Text(figures.P50, "N2")),
        ("p99 ms", figures => Text(figures.P99, "N1")),
        ("p99.9 ms", figures => Text(figures.P999, "N1")),
        ("bytes each", figures => Text(figures.Bytes, "N0")),
        ("lost", Lost),
        ("skipped", figures => Text(figures.Skipped, "N0")),
        ("KiB a connection", figures => Text(figures.KilobytesAConnection, "N1")),
        ("tool CPU %", figures => Text(figures.ToolCpuPercent, "N0")),
    ];

    public static string Write(IEnumerable<(string Scenario, string Peer, Figures Figures)> rows)
    {
        var table = new StringBuilder()
            .AppendLine($"| scenario | peer | {string.Join(" | ", Columns.Select(column => column.Heading))} |")
            .AppendLine($"| --- | --- |{string.Concat(Columns.Select(_ => " ---: |"))}");
        foreach (var (scenario, peer, figures) in rows)
            table.AppendLine($"| {scenario} | {peer} | {Cells(figures)} |");
        return table.ToString();
    }

    /// <summary>The cells of one run on one line, to watch while it goes on.</summary>
    public static string Line(Figures figures) => string.Join(
        ", ", Columns.Select(column => (column.Heading, Cell: column.Cell(figures))).Where(cell => cell.Cell != "–").Select(cell => $"{cell.Heading} {cell.Cell}"));

    private static string Cells(Figures figures) => string.Join(" | ", Columns.Select(column => column.Cell(figures)));

    private static string Lost(Figures figures) => string.Concat(
        Text(figures.Lost, "N0"),
        figures.Disordered > 0 ? $", {figures.Disordered:N0} out of order" : "",
        figures.Closed > 0 ? $", {figures.Closed:N0} connections ended" : "");

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
