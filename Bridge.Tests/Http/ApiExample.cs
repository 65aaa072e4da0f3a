using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Http;

/// <summary>
/// A request that the description shows, with the status that it promises: an <c>http</c> block in an operation's text, which holds both,
/// or an example of a body, which is answered with the status that has an example of the same name.
/// </summary>
internal sealed partial record ApiExample(ApiOperation Operation, string Target, IReadOnlyList<(string Name, string Value)> Headers, string? Body, int Status)
{
    public static IEnumerable<ApiExample> Of(ApiDescription description, ApiOperation operation) =>
    [
        .. Block().Matches(operation.Text).Select(block => Parse(operation, block.Groups[1].Value)),
        .. from type in operation.BodyTypes
           from example in description.ExamplesOf(type.Value)
           select new ApiExample(
               operation, operation.Path, [("Content-Type", type.Name)], Write(type.Name, example.Value), StatusOf(description, operation, example.Name)),
    ];

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(new HttpMethod(Operation.Method), new Uri(Target, UriKind.Relative));
        if (Body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
        foreach (var (name, value) in Headers)
            _ = request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public override string ToString() => $"{Operation.Method} {Target} {Body}";

    [GeneratedRegex("^```http\n(.*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>The head of the request, its body if it has one, and the status line of the answer, with empty lines between them.</summary>
    private static ApiExample Parse(ApiOperation operation, string block)
    {
        var parts = block.Split("\n\n");
        var head = parts[0].Split('\n');
        var headers = head[1..].Select(line => line.Split(": ", 2)).Select(pair => (pair[0], pair[1]));
        head[0].Should().StartWith($"{operation.Method} ").And.EndWith(" HTTP/1.1");
        var body = parts.Length > 2 ? string.Join("\n\n", parts[1..^1]) : null;
        var status = int.Parse(parts[^1].Replace("HTTP/1.1 ", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new ApiExample(operation, head[0].Split(' ')[1], [.. headers], body, status);
    }

    private static string Write(string type, JsonElement value) => type == "application/json"
        ? value.GetRawText()
        : string.Join('&', value.EnumerateObject().Select(field => $"{field.Name}={Uri.EscapeDataString(TextOf(field.Value))}"));

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static int StatusOf(ApiDescription description, ApiOperation operation, string name) => int.Parse(
        operation.Responses.Single(response => ApiOperation.ContentOf(response.Value)
            .Any(type => description.ExamplesOf(type.Value).Any(example => example.Name == name))).Key,
        CultureInfo.InvariantCulture);
}
