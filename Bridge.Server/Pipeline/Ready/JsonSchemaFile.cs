using System.Text.Json;
using System.Text.RegularExpressions;
using NJsonSchema;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>Reads schemas, and refuses those that say what would not be checked.</summary>
internal static class JsonSchemaFile
{
    private static readonly HashSet<string> Unchecked =
    [
        "const", "contains", "minContains", "maxContains", "dependencies", "dependentRequired", "dependentSchemas", "if", "then", "else",
        "prefixItems", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef",
    ];

    private static readonly HashSet<string> Values = ["default", "enum", "example", "examples"];

    private static readonly HashSet<string> Maps = ["definitions", "$defs", "patternProperties", "properties"];

    private static readonly HashSet<string> Types = ["array", "boolean", "integer", "null", "number", "object", "string"];

    /// <exception cref="FormatException">The file has no schema that can be used.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static JsonSchema Read(string file)
    {
        var text = File.ReadAllText(file);
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("is no JSON object");
            Check(document.RootElement, "#");
            return JsonSchema.FromJsonAsync(text).GetAwaiter().GetResult();
        }
        // The library has no exception of its own: what it throws on a schema that it cannot use is of any type.
        catch (Exception exception) when (exception is not FormatException)
        {
            throw new FormatException($"is no JSON schema: {exception.Message.Split('\n')[0].TrimEnd()}", exception);
        }
    }

    private static void Check(JsonElement schema, string path)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, item) in schema.EnumerateArray().Index())
                Check(item, $"{path}/{i}");
        }

        if (schema.ValueKind != JsonValueKind.Object)
            return;

        foreach (var keyword in schema.EnumerateObject())
            CheckKeyword(keyword.Name, keyword.Value, $"{path}/{keyword.Name}");
    }

    private static void CheckKeyword(string name, JsonElement value, string path)
    {
        if (Unchecked.Contains(name))
            throw new FormatException($"has {path}, a keyword that is not supported");
        if (name == "$ref" && (value.ValueKind != JsonValueKind.String || !value.GetString()!.StartsWith('#')))
            throw new FormatException($"has {path} to elsewhere; only those to itself, such as #/definitions/x, are supported");
        if (name == "type")
            CheckType(value, path);
        if (name == "pattern")
            CheckPattern(value.ToString(), path);

        if (Maps.Contains(name) && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                if (name == "patternProperties")
                    CheckPattern(member.Name, $"{path}/{member.Name}");
                Check(member.Value, $"{path}/{member.Name}");
            }
        }
        else if (!Values.Contains(name))
            Check(value, path);
    }

    private static void CheckType(JsonElement value, string path)
    {
        var types = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(type => type.ToString()) : [value.ToString()];
        foreach (var type in types)
        {
            if (!Types.Contains(type))
                throw new FormatException($"has {path} '{type}'; known are {string.Join(", ", Types)}");
        }
    }

    private static void CheckPattern(string pattern, string path)
    {
        try
        {
            _ = new Regex(pattern);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"has {path} that is no regular expression: {exception.Message}", exception);
        }
    }
}
