using System.Text.Json;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="PickFieldOptions"/>
internal sealed class PickFieldStep(PickFieldOptions options) : ReadyStep
{
    private readonly JsonPath _path = JsonPathParser.Parse(options.Path);
    private readonly StepResult _noJson = Missing(options, "The payload is no JSON.");
    private readonly StepResult _noValue = Missing(options, $"The payload has no {options.Path}.");
    private readonly StepResult _noText = Missing(options, $"{options.Path} is no well-formed Unicode.");

    public static void Check(PickFieldOptions options, OptionsChecks checks)
    {
        if (JsonPathParser.TryParse(options.Path, out var problem) is null)
            checks.Fail(nameof(options.Path), problem!);
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (IsDeletion(message))
            return StepResult.Pass;
        if (!_path.TryFind(message.Payload.Span, out var value))
            return _noJson;
        if (value.IsMissing)
            return _noValue;

        var json = value.In(message.Payload.Span);
        if (value.Type != JsonTokenType.String)
            return StepResult.Change(message with { Payload = JsonText.Compact(json) });

        // Text is no JSON any more, whatever its publisher said of the whole.
        return JsonText.Unescape(json) is { } text
            ? StepResult.Change(message with { Payload = text, ContentType = null })
            : _noText;
    }

    private static StepResult Missing(PickFieldOptions options, string reason) => options.Missing switch
    {
        MissingField.Drop => StepResult.Drop,
        MissingField.Pass => StepResult.Pass,
        _ => StepResult.Reject(reason),
    };
}
