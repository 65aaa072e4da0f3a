using System.Text.Json;

namespace Bridge.Tests.Http;

/// <summary>What <c>/openapi/v1.json</c> says, with its references followed.</summary>
internal sealed class ApiDescription
{
    private static readonly string[] Methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

    private ApiDescription(JsonElement root)
    {
        Root = root;
        Operations =
        [
            .. from path in root.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where Methods.Contains(operation.Name)
               select new ApiOperation(this, path.Name, operation.Name.ToUpperInvariant(), operation.Value),
        ];
    }

    public JsonElement Root { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    public static async Task<ApiDescription> ReadAsync(HttpClient client) => new(await client.GetFromJsonAsync("/openapi/v1.json"));

    public ApiOperation Find(string method, string path) => Operations.Single(operation => operation.Method == method && operation.Path == path);

    public JsonElement Schema(string name) => Root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    /// <summary>The names of an object schema's members.</summary>
    public IEnumerable<string> MembersOf(string schema) => Schema(schema).GetProperty("properties").EnumerateObject().Select(member => member.Name);

    /// <summary>What a reference refers to; anything else itself.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
            element = reference.GetString()!.Split('/').Skip(1).Aggregate(Root, (at, name) => at.GetProperty(name));
        return element;
    }

    /// <summary>The examples of a media type, by name.</summary>
    public IEnumerable<(string Name, JsonElement Value)> ExamplesOf(JsonElement mediaType) => mediaType.TryGetProperty("examples", out var examples)
        ? examples.EnumerateObject().Select(example => (example.Name, Resolve(example.Value).GetProperty("value")))
        : [];
}

/// <summary>A method of a path.</summary>
internal sealed class ApiOperation(ApiDescription description, string path, string method, JsonElement json)
{
    public string Path => path;

    public string Method => method;

    public string Text => json.TryGetProperty("description", out var text) ? text.GetString()! : "";

    public IReadOnlyList<JsonElement> Parameters { get; } =
        json.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray().Select(description.Resolve)] : [];

    /// <summary>The responses by their status.</summary>
    public IReadOnlyDictionary<string, JsonElement> Responses { get; } =
        json.GetProperty("responses").EnumerateObject().ToDictionary(response => response.Name, response => description.Resolve(response.Value));

    /// <summary>The media types of the body that is sent.</summary>
    public IEnumerable<JsonProperty> BodyTypes => json.TryGetProperty("requestBody", out var body) ? ContentOf(body) : [];

    public IEnumerable<string> ParameterNames(string place) => Parameters
        .Where(parameter => parameter.GetProperty("in").GetString() == place)
        .Select(parameter => parameter.GetProperty("name").GetString()!);

    public static IEnumerable<JsonProperty> ContentOf(JsonElement body) =>
        body.TryGetProperty("content", out var content) ? content.EnumerateObject() : [];

    public override string ToString() => $"{Method} {Path}";
}
