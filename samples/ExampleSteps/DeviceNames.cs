using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace ExampleSteps;

/// <summary>
/// Adds the name of a device to its messages, as the user property <c>device</c>. The names are read from a file, at most once a minute and
/// for the first message: while that lasts, the message waits, and with it its topic only.
/// </summary>
/// <param name="settings">From the configuration: <c>file</c>, with a line <c>topic=name</c> for each device.</param>
/// <param name="time">The bridge's clock: what it has as services a constructor may ask for.</param>
public sealed class DeviceNames(IReadOnlyDictionary<string, string> settings, TimeProvider time) : MessageStep
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly string _file = settings["file"];
    private volatile Names? _names;

    /// <inheritdoc/>
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) =>
        _names is { } names && time.GetElapsedTime(names.ReadAt) < KeptFor ? Add(message, names) : ReadAndAddAsync(message, context);

    private async ValueTask<StepResult> ReadAndAddAsync(BridgeMessage message, StepContext context)
    {
        var lines = await File.ReadAllLinesAsync(_file, context.CancellationToken);
        var names = new Names(time.GetTimestamp(), lines.Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]));
        _names = names;
        return Add(message, names);
    }

    private static StepResult Add(BridgeMessage message, Names names) => names.ByTopic.TryGetValue(message.Topic, out var name)
        ? StepResult.Change(message with { UserProperties = [.. message.UserProperties, new UserProperty("device", name)] })
        : StepResult.Pass;

    private sealed record Names(long ReadAt, Dictionary<string, string> ByTopic);
}
