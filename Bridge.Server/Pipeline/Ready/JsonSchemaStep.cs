using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="JsonSchemaOptions"/>
internal sealed class JsonSchemaStep(JsonSchemaOptions options, string contentRoot) : ReadyStep
{
    private const int MostPathCharacters = 200;

    private readonly JsonSchema _schema = JsonSchemaFile.Read(Path.GetFullPath(options.File, contentRoot));

    public static void Check(JsonSchemaOptions options, OptionsChecks checks)
    {
        if (options.File.Length == 0)
        {
            checks.Fail(nameof(options.File), "must be set");
            return;
        }

        var before = checks.Failures;
        checks.FileExists(nameof(options.File), options.File);
        if (checks.Failures > before)
            return;

        try
        {
            JsonSchemaFile.Read(Path.GetFullPath(options.File, checks.ContentRoot));
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            checks.Fail(nameof(options.File), exception.Message);
        }
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (IsDeletion(message))
            return StepResult.Pass;

        // The schema's own reader takes comments, single quotes and more for JSON.
        if (!JsonText.IsJson(message.Payload.Span))
            return StepResult.Reject("The payload is no JSON.");

        return Validate(message.GetText()) is { } reason ? StepResult.Reject(reason) : StepResult.Pass;
    }

    private string? Validate(string json)
    {
        try
        {
            return _schema.Validate(json).FirstOrDefault() is { } error ? Describe(error) : null;
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or FormatException or Newtonsoft.Json.JsonException)
        {
            // Numbers with more digits than any type has.
            return "The payload cannot be checked against its schema.";
        }
    }

    private static string Describe(ValidationError error)
    {
        var path = string.IsNullOrEmpty(error.Path) ? "#/" : error.Path;
        if (path.Length > MostPathCharacters)
            path = string.Concat(path.AsSpan(0, MostPathCharacters), "…");
        return $"The payload is not valid against its schema: {error.Kind} at {path}.";
    }
}
