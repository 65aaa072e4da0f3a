using System.Text;
using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary>What the description shows is so.</summary>
public sealed class OpenApiExamplesTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private BridgeHost _host = null!;
    private ApiDescription _description = null!;

    public async Task InitializeAsync()
    {
        _host = await EmbeddedBridge.StartAsync(
            ("Bridge:EmbeddedBroker:Demo", "true"), ("Bridge:Persistence:Path", _folder.File("bridge.db")), ("Bridge:Persistence:HistoryPerTopic", "10"));
        _description = await ApiDescription.ReadAsync(_host.Client);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Requests_OfTheDescription_AreAnsweredAsItSays()
    {
        await WaitForDemoAsync("demo/clock", "demo/press/state", "demo/mixer/state");
        var examples = _description.Operations.SelectMany(operation => ApiExample.Of(_description, operation)).ToList();

        foreach (var example in examples)
        {
            using var request = example.ToRequest();
            using var response = await _host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.DefaultTimeout);
            await ShouldBeAsDescribedAsync(example, response);
        }

        examples.Select(example => example.Operation.Path).Should().Contain(
            _description.Operations.Where(operation => operation.Method != "HEAD").Select(operation => operation.Path), "each has an example");
        examples.Should().HaveCountGreaterThan(15);
    }

    [Fact]
    public void Examples_OfBodies_AreOfTheirSchemas()
    {
        var check = new ApiSchemaCheck(_description);
        var examples = (
            from operation in _description.Operations
            from type in operation.BodyTypes.Concat(operation.Responses.Values.SelectMany(ApiOperation.ContentOf))
            from example in _description.ExamplesOf(type.Value)
            select (Problems: check.Check(example.Value, type.Value.GetProperty("schema")),
                Where: $"{operation} {type.Name} {example.Name}")).ToList();

        examples.Where(example => example.Problems.Count > 0).Should().BeEmpty();
        examples.Should().HaveCountGreaterThan(40);
    }

    [Fact]
    public void Check_ValueThatIsNotOfTheSchema_IsFound()
    {
        var check = new ApiSchemaCheck(_description);
        var receipt = _description.Schema("Receipt");

        string[] wrong =
        [
            "[]", """{"brokerKey":"a","topic":"b","qos":1}""", """{"brokerKey":"a","topic":"b","qos":3,"reason":"success"}""",
            """{"brokerKey":"a b","topic":"b","qos":1,"reason":"success"}""", """{"brokerKey":"a","topic":"b","qos":1,"reason":"success","more":1}""",
        ];

        wrong.Should().OnlyContain(json => check.Check(JsonSerializer.Deserialize<JsonElement>(json), receipt).Count == 1);
    }

    private async Task ShouldBeAsDescribedAsync(ApiExample example, HttpResponseMessage response)
    {
        ((int)response.StatusCode).Should().Be(example.Status, example.ToString());
        var described = example.Operation.Responses[$"{example.Status}"];
        var types = ApiOperation.ContentOf(described).ToDictionary(type => type.Name, type => type.Value.GetProperty("schema"));
        var type = response.Content.Headers.ContentType!.MediaType!;
        types.Should().ContainKey(type, example.ToString());
        if (described.TryGetProperty("headers", out var headers))
            response.Headers.Select(header => header.Key).Where(IsOurs)
                .Should().BeSubsetOf(headers.EnumerateObject().Select(header => header.Name), example.ToString());

        if (type == "text/event-stream")
            await ShouldMatchAsync(response, "retry: [1-3][0-9]{3}\n\nevent: subscribed\ndata: ");
        else if (type.EndsWith("json", StringComparison.Ordinal))
            new ApiSchemaCheck(_description).Check(JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()), types[type])
                .Should().BeEmpty(example.ToString());
    }

    /// <summary>Not those of the server and of the framework, which stand everywhere.</summary>
    private static bool IsOurs(string header) => header is not (
        "Date" or "Server" or "Transfer-Encoding" or "X-Content-Type-Options" or "Cross-Origin-Resource-Policy" or "X-Accel-Buffering");

    private static async Task ShouldMatchAsync(HttpResponseMessage response, string expected)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        var begin = new byte[40];
        await body.ReadExactlyAsync(begin).AsTask().WaitAsync(Eventually.DefaultTimeout);
        Encoding.UTF8.GetString(begin).Should().MatchRegex($"^{expected}");
    }

    private async Task WaitForDemoAsync(params string[] topics)
    {
        foreach (var topic in topics)
        {
            await Eventually.HoldsAsync(async () =>
            {
                using var response = await _host.Client.GetAsync(EmbeddedBridge.EventsUri(topic));
                return response.IsSuccessStatusCode;
            });
        }
    }
}
