using System.Globalization;
using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace ExampleSteps;

/// <summary>Scales numbers: the payload <c>x</c> becomes <c>factor · x + offset</c>. What is no number is rejected.</summary>
public sealed class LinearScale : MessageStep
{
    private readonly double _factor;
    private readonly double _offset;

    /// <param name="settings">From the configuration: <c>factor</c> (default 1) and <c>offset</c> (default 0).</param>
    public LinearScale(IReadOnlyDictionary<string, string> settings)
    {
        _factor = Read(settings, "factor", 1);
        _offset = Read(settings, "offset", 0);
    }

    /// <inheritdoc/>
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
        TryRead(message, out var value) ? Write(message, (_factor * value) + _offset) : StepResult.Reject("it is no number");

    /// <summary>The other way round, for what is published.</summary>
    public override ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) =>
        TryRead(message, out var value) ? Write(message, (value - _offset) / _factor) : StepResult.Reject("it is no number");

    private static bool TryRead(BridgeMessage message, out double value) =>
        double.TryParse(message.Payload.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static StepResult Write(BridgeMessage message, double value) =>
        StepResult.Change(message.WithText(value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>What is wrong with a setting is told when the bridge starts.</summary>
    private static double Read(IReadOnlyDictionary<string, string> settings, string name, double otherwise)
    {
        if (!settings.TryGetValue(name, out var text))
            return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && (name != "factor" || value != 0)
            ? value
            : throw new ArgumentException($"Settings:{name}: '{text}' cannot be used");
    }
}
