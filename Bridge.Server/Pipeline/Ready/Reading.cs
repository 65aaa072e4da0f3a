using System.Globalization;
using System.Text.Json;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>A finite number that was read, and how far it is from another.</summary>
internal readonly struct Reading
{
    private readonly double _value;
    private readonly decimal? _exact;

    private Reading(double value, decimal? exact) => (_value, _exact) = (value, exact);

    /// <summary>Reads a number as text, or as a JSON string; white space around it does not count.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Reading reading)
    {
        reading = default;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            return false;

        // Sensors' numbers, counters and their differences: between 20.1 and 20.2 lies 0.1, and not a little more.
        var isOrdinary = Math.Abs(value) is 0 or (>= 1e-9 and < 1e19);
        decimal? exact = isOrdinary && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var digits) ? digits : null;
        reading = new Reading(value, exact);
        return true;
    }

    public static bool TryParse(ReadOnlySpan<byte> json, JsonSlice value, out Reading reading)
    {
        reading = default;
        return value.Type switch
        {
            JsonTokenType.Number => TryParse(value.In(json), out reading),
            JsonTokenType.String => TryParse(value.In(json)[1..^1], out reading),
            _ => false,
        };
    }

    public bool DiffersByMoreThan(double most, Reading other) =>
        _exact is { } mine && other._exact is { } theirs && most < 1e19
            ? Math.Abs(mine - theirs) > (decimal)most
            : Math.Abs(_value - other._value) > most;

    public bool DiffersByMoreThanPercent(double most, Reading other) =>
        _exact is { } mine && other._exact is { } theirs
            ? Math.Abs(mine - theirs) > Math.Abs(theirs) * ((decimal)most / 100)
            : Math.Abs(_value - other._value) > Math.Abs(other._value) * (most / 100);
}
