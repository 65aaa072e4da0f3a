using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Http;

/// <summary>
/// Holds values against schemas, with the keywords that the description uses. Stricter than JSON Schema: a member that is not described
/// is a mistake.
/// </summary>
internal sealed class ApiSchemaCheck(ApiDescription description)
{
    /// <summary>What is wrong with a value; empty when nothing is.</summary>
    public IReadOnlyList<string> Check(JsonElement value, JsonElement schema) => [.. Problems(value, schema, "$")];

    private IEnumerable<string> Problems(JsonElement value, JsonElement schema, string at)
    {
        schema = description.Resolve(schema);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            var found = choices.EnumerateArray().Select(choice => Problems(value, choice, at).ToList()).ToList();
            return found.Count(problems => problems.Count == 0) == 1 ? [] : [$"{at} is not one of: {string.Join(" | ", found.SelectMany(problems => problems))}"];
        }

        if (schema.TryGetProperty("type", out var type) && !IsOf(type.GetString()!, value))
            return [$"{at} is no {type}: {value}"];
        if (schema.TryGetProperty("enum", out var known) && !known.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            return [$"{at} is none of {known}: {value}"];

        return value.ValueKind switch
        {
            JsonValueKind.Object when schema.TryGetProperty("properties", out var members) => MemberProblems(value, schema, members, at),
            JsonValueKind.Object when schema.TryGetProperty("additionalProperties", out var each) =>
                value.EnumerateObject().SelectMany(member => Problems(member.Value, each, $"{at}.{member.Name}")),
            JsonValueKind.Array when schema.TryGetProperty("items", out var item) => ItemProblems(value, schema, item, at),
            JsonValueKind.String => TextProblems(value.GetString()!, schema, at),
            JsonValueKind.Number => NumberProblems(value.GetDouble(), schema, at),
            _ => [],
        };
    }

    private IEnumerable<string> MemberProblems(JsonElement value, JsonElement schema, JsonElement members, string at)
    {
        foreach (var required in schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!))
        {
            if (!value.TryGetProperty(required, out _))
                yield return $"{at}.{required} is missing";
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!members.TryGetProperty(member.Name, out var described))
                yield return $"{at}.{member.Name} is not described";
            else
                foreach (var problem in Problems(member.Value, described, $"{at}.{member.Name}"))
                    yield return problem;
        }
    }

    private IEnumerable<string> ItemProblems(JsonElement value, JsonElement schema, JsonElement item, string at)
    {
        if (Find(schema, "minItems") > value.GetArrayLength() || Find(schema, "maxItems") < value.GetArrayLength())
            yield return $"{at} has {value.GetArrayLength()} items";
        foreach (var problem in value.EnumerateArray().SelectMany((one, index) => Problems(one, item, $"{at}[{index}]")))
            yield return problem;
    }

    private static IEnumerable<string> TextProblems(string text, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!))
            yield return $"{at} does not match {pattern}: {text}";
        if (Find(schema, "minLength") > text.Length)
            yield return $"{at} is too short: {text}";
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" && !DateTimeOffset.TryParse(text, out _))
            yield return $"{at} is no time: {text}";
        if (schema.TryGetProperty("contentEncoding", out _) && !Convert.TryFromBase64String(text, new byte[text.Length], out _))
            yield return $"{at} is no base64: {text}";
    }

    private static IEnumerable<string> NumberProblems(double number, JsonElement schema, string at)
    {
        if (Find(schema, "minimum") > number || Find(schema, "maximum") < number)
            yield return $"{at} is out of range: {number}";
    }

    private static double? Find(JsonElement schema, string keyword) => schema.TryGetProperty(keyword, out var value) ? value.GetDouble() : null;

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
