using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Contracts;
using Bridge.Server.Http;
using Bridge.Server.Messages;
using Bridge.Tests.Support;
using MessagePack;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Http;

/// <summary>What the server has is in its description, and what is in the description the server has.</summary>
public sealed partial class OpenApiCoverageTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    /// <summary>What the bridge answers for the framework, which has no codes.</summary>
    private static readonly Dictionary<string, int> FrameworkCodes = new() { ["not_found"] = 404, ["method_not_allowed"] = 405 };

    [Fact]
    public async Task Routes_OfTheServer_AreDescribed()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var mapped =
            from endpoint in bridge.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            where !endpoint.RoutePattern.RawText!.StartsWith("/hub", StringComparison.Ordinal)
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
            select $"{method} {endpoint.RoutePattern.RawText}";

        description.Operations.Select(operation => operation.ToString()).Should().BeEquivalentTo(mapped);
    }

    [Fact]
    public async Task Codes_OfTheServer_AreDescribedWithTheirStatus()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        var expected = new Dictionary<string, int>(FrameworkCodes);
        foreach (var code in codes)
            expected.Add(code, await StatusOfAsync(code));

        var schema = description.Schema("ProblemCode");
        var table = CodeRow().Matches(schema.GetProperty("description").GetString()!)
            .ToDictionary(row => row.Groups["code"].Value, row => int.Parse(row.Groups["status"].ValueSpan, provider: null));

        table.Should().BeEquivalentTo(expected);
        schema.GetProperty("enum").EnumerateArray().Select(code => code.GetString()).Should().BeEquivalentTo(expected.Keys);
    }

    [Fact]
    public async Task Problems_OfOperations_HaveTheStatusOfTheirResponse()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var problems = (
            from operation in description.Operations
            from response in operation.Responses
            from type in ApiOperation.ContentOf(response.Value)
            where type.Name == "application/problem+json"
            from example in description.ExamplesOf(type.Value)
            select (Status: response.Key, example.Name, example.Value, Text: response.Value.GetProperty("description").GetString())).ToList();

        problems.Should().HaveCountGreaterThan(30);
        problems.Should().OnlyContain(problem => problem.Status == "default" || problem.Value.GetProperty("status").GetRawText() == problem.Status);
        problems.Should().OnlyContain(problem => problem.Value.GetProperty("code").GetString() == problem.Name && problem.Text!.Contains($"`{problem.Name}`"));
    }

    /// <summary>The names are read from the sources: the parser has no list of them.</summary>
    [Theory]
    [InlineData("GET", "/events", "ParseFilter|ParseRead|ParseSubscribe|ParseMode", "Http/EventsQuery.cs", "Http/EventsEndpoint.cs", "Http/EventStreamEndpoint.cs")]
    [InlineData("GET", "/history", "ParseFilter|ParseHistory", "Http/HistoryEndpoint.cs")]
    [InlineData("POST", "/publish", "ParsePublish", "Http/PublishEndpoint.cs")]
    [InlineData("POST", "/request", "ParsePublish|ParseRequest", "Http/RequestEndpoint.cs")]
    public async Task Parameters_ThatTheServerReads_AreDescribed(string method, string path, string parsers, params string[] files)
    {
        var operation = (await ApiDescription.ReadAsync(bridge.Client)).Find(method, path);
        var parser = await ReadSourceAsync("Requests/RequestParser.cs");
        var sources = Method().Matches(parser).Where(found => Regex.IsMatch(found.Groups["name"].Value, $"^({parsers})$")).Select(found => found.Value).ToList();
        foreach (var file in files)
            sources.Add(await ReadSourceAsync(file));

        var read = sources.SelectMany(source => Member().Matches(source)).Select(name => name.Groups[1].Value).Distinct();

        // The hub's word for since; and what a request must not have.
        string[] others = path switch { "/events" => ["resumeFrom"], "/request" => ["idempotencyKey", "durable", "responseTopic", "correlationData", "retain"], _ => [] };
        operation.ParameterNames("query").Should().BeEquivalentTo(read.Except(others));
    }

    [Fact]
    public async Task Headers_OfEvents_AreDescribed()
    {
        var operation = (await ApiDescription.ReadAsync(bridge.Client)).Find("GET", "/events");

        var described = operation.Responses["200"].GetProperty("headers").EnumerateObject().Select(header => header.Name);

        described.Should().Contain(EventsHeaders.Exposed.Except(["Retry-After"]));
        operation.ParameterNames("header").Should().BeEquivalentTo("If-None-Match", "Cache-Control", "Prefer", "Last-Event-ID");
    }

    [Theory]
    [InlineData("Broker", typeof(BrokerInfo))]
    [InlineData("BrokerStateChange", typeof(BrokerStateChange))]
    [InlineData("Subscribed", typeof(SubscribeResult))]
    [InlineData("Receipt", typeof(PublishReceipt))]
    [InlineData("PublishMessage", typeof(PublishRequest), "messageBase64")]
    [InlineData("PublishForm", typeof(PublishRequest), "messageBase64")]
    [InlineData("RequestMessage", typeof(ReplyRequest), "messageBase64", "format")]
    [InlineData("RequestForm", typeof(ReplyRequest), "messageBase64", "format")]
    public async Task Schema_OfARecord_HasItsMembers(string schema, Type record, params string[] more)
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var members = record.GetProperties().Select(property => property.GetCustomAttribute<KeyAttribute>()?.StringKey).OfType<string>();

        description.MembersOf(schema).Should().BeEquivalentTo(members.Concat(more));
    }

    [Fact]
    public async Task Schema_OfTheEnvelope_HasItsMembers()
    {
        var description = await ApiDescription.ReadAsync(bridge.Client);

        var names = typeof(BridgeMessage).Assembly.GetType("Bridge.Contracts.Wire.EnvelopeNames")!
            .GetFields(BindingFlags.Static | BindingFlags.Public).Select(field => ((JsonEncodedText)field.GetValue(null)!).Value);

        description.MembersOf("Message").Should().BeEquivalentTo(names);
    }

    [GeneratedRegex(@"^\| `(?<code>\w+)` \| (?<status>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"(?:RequiredText|OptionalText|Flag|Number|Real|Bytes|Pairs)\(""(\w+)""")]
    private static partial Regex Member();

    [GeneratedRegex(@"^    (?:public|private) [^\n=;]*?(?<name>\w+)\([^\n]*\).*?(?=^    (?:public|private|///)|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Method();

    private static Task<string> ReadSourceAsync(string file) => File.ReadAllTextAsync(Repository.PathOf("Bridge.Server", file));

    /// <summary>As the server tells it.</summary>
    private async Task<int> StatusOfAsync(string code)
    {
        var context = new DefaultHttpContext { RequestServices = bridge.Host.Services };
        await bridge.Host.Services.GetRequiredService<ProblemWriter>().TellAsync(context, new BridgeException(code, "detail"));
        return context.Response.StatusCode;
    }
}
