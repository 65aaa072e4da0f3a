using System.Text.Json;
using Bridge.Server.Messages;

namespace Bridge.Server.Requests;

/// <summary>Request members as JSON.</summary>
internal static class FieldJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static JsonSerializerOptions Compact { get; } = new() { Encoder = StringifyEncoder.Instance };

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="BridgeException">It is no JSON object.</exception>
    public static RequestFields ParseObject(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            return FromObject(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw BridgeException.RequestInvalid($"The body is not a JSON object: {exception.Message}");
        }
    }

    /// <summary>Takes the members of an object; anything else is told when they are read.</summary>
    public static RequestFields FromObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new RequestFields($"One object is expected, not {json.ValueKind.ToString().ToLowerInvariant()}.");

        var fields = new RequestFields();
        foreach (var member in json.EnumerateObject())
            fields.Add(member.Name, FieldValue.FromJson(member.Value.Clone()));
        return fields;
    }

    /// <returns>The value, or an undefined one where the text is no JSON.</returns>
    public static JsonElement TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
