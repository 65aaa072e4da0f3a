using System.Globalization;

namespace Bridge.Benchmarks.Load;

/// <summary>What the command line asks for.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        load [options]   runs the bridge beside its peers and prints one Markdown table

          --scenario a,b   only these; http stands for http-get and all others of that family, polls for polls-idle, and so on
          --peers a,b      only these, likewise: bridge, node
          --seconds n      how long is measured in each run (5)
          --warmup n       how long each run goes on before that (3)
          --rounds n       how many runs of each, in turn; the table shows medians (3)
          --subscribers n  instead of the number that the scenario says, of subscribers or of long polls
        """;

    public string[] Scenarios { get; private init; } = [];

    public string[] Peers { get; private init; } = [];

    public TimeSpan Window { get; private init; } = TimeSpan.FromSeconds(5);

    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(3);

    public int Rounds { get; private init; } = 3;

    public int? Subscribers { get; private init; }

    /// <exception cref="ArgumentException">The arguments cannot be used; the message says why.</exception>
    public static LoadOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new LoadOptions();
        for (; !arguments.IsEmpty; arguments = arguments[2..])
        {
            if (arguments.Length < 2)
                throw new ArgumentException($"{arguments[0]} has no value.");
            options = options.With(arguments[0], arguments[1]);
        }

        return options;
    }

    /// <summary>Whether a name was asked for, or its family.</summary>
    public static bool Selects(string[] wanted, string name) =>
        wanted.Length == 0 || wanted.Any(each => name == each || name.StartsWith($"{each}-", StringComparison.Ordinal));

    private LoadOptions With(string option, string value) => option switch
    {
        "--scenario" or "--scenarios" => this with { Scenarios = value.Split(',') },
        "--peers" => this with { Peers = value.Split(',') },
        "--seconds" => this with { Window = TimeSpan.FromSeconds(Number(option, value, 120)) },
        "--warmup" => this with { WarmUp = TimeSpan.FromSeconds(Number(option, value, 60)) },
        "--rounds" => this with { Rounds = (int)Number(option, value, 50) },
        "--subscribers" => this with { Subscribers = (int)Number(option, value, 20_000) },
        _ => throw new ArgumentException($"There is no option {option}."),
    };

    private static double Number(string option, string text, double most) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= most
            ? value
            : throw new ArgumentException($"{option} takes a number up to {most}, not '{text}'.");
}
