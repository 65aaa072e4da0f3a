using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Text;
using Bridge.Server;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Diagnostics;

/// <summary>The tables of <c>docs/operations.md</c>, made of the bridge's instruments and of the messages of its log.</summary>
internal static class OperationsDoc
{
    /// <summary>A row for each instrument of a running bridge.</summary>
    public static string Metrics(BridgeHost bridge)
    {
        var text = new StringBuilder().AppendLine("| metric | kind | meaning |").AppendLine("| --- | --- | --- |");
        foreach (var instrument in InstrumentsOf(bridge).OrderBy(NameOf, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{NameOf(instrument)}` | {KindOf(instrument)} | {instrument.Description} |");
        return text.ToString().Trim();
    }

    /// <summary>A row for each event of the log.</summary>
    public static string Events()
    {
        var events =
            from type in typeof(BridgeBuilder).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
            where attribute is not null
            orderby attribute.EventId
            select $"| {attribute.EventId} | {attribute.Level} | {attribute.Message.Replace("|", "\\|", StringComparison.Ordinal)} |";
        return string.Join('\n', ["| id | level | message |", "| --- | --- | --- |", .. events]);
    }

    /// <summary>As Prometheus has it: with the unit, and <c>_total</c> for what only grows.</summary>
    public static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_');
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            ['{', ..] => "",
            var other => throw new NotSupportedException($"How is the unit {other} of {name} written?"),
        };
        return $"{name}{unit}{(KindOf(instrument) == "counter" ? "_total" : "")}";
    }

    /// <summary>Those of the bridge's own meters.</summary>
    public static List<Instrument> InstrumentsOf(BridgeHost bridge)
    {
        var meters = bridge.Services.GetRequiredService<IMeterFactory>();
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Meter.Name.StartsWith("SignalRBridge", StringComparison.Ordinal))
                    found.Add(instrument);
            },
        };
        listener.Start();
        return found;
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "ObservableUpDownCounter" or "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => throw new NotSupportedException($"What is a {other} to Prometheus?"),
    };
}
