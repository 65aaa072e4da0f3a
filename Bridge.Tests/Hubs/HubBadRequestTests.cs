using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hubs;

/// <summary>Refused requests: told with their code, logged as no error (the host fails the test otherwise), and the connection goes on.</summary>
public sealed class HubBadRequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const string Big = "a string of 65,536 bytes";

    public static TheoryData<string, object?, string> Refused => new()
    {
        { "GetLast", null, "request_invalid" },
        { "GetLast", 5, "request_invalid" },
        { "GetLast", "text", "request_invalid" },
        { "GetLast", (object[])[], "request_invalid" },
        { "GetLast", new { }, "request_invalid" },
        { "GetLast", new { brokerKey = "embedded" }, "request_invalid" },
        { "GetLast", new { brokerKey = "nobody", topic = "a" }, "broker_unknown" },
        { "GetLast", new { brokerKey = 5, topic = "a" }, "request_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "" }, "filter_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a+" }, "filter_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a\0" }, "filter_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = Big }, "filter_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a", since = "k" }, "cursor_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a", page = "k.1" }, "cursor_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a", since = 1 }, "request_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a", limit = 0 }, "request_invalid" },
        { "GetLast", new { brokerKey = "embedded", topic = "a", maxAge = -1 }, "request_invalid" },
        { "Subscribe", new { brokerKey = "nobody", topic = "a" }, "broker_unknown" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a/#/b" }, "filter_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "$share/g/a" }, "filter_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", mode = "newest" }, "request_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", mode = "latest", maxRate = 0 }, "request_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", mode = "latest", maxRate = "fast" }, "request_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", mode = "all", maxRate = 5.5 }, "request_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", maxRate = 5 }, "request_invalid" },
        { "Subscribe", new { brokerKey = "embedded", topic = "a", snapshot = "no" }, "request_invalid" },
        { "Unsubscribe", new { }, "request_invalid" },
        { "Unsubscribe", new { subscription = "s999999" }, "request_invalid" },
        { "Unsubscribe", new { subscription = 1 }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a" }, "message_missing" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = (string?)null }, "message_missing" },
        { "Publish", new { brokerKey = "nobody", topic = "a", message = "1" }, "broker_unknown" },
        { "Publish", new { brokerKey = "embedded", topic = "a/+", message = "1" }, "topic_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "", message = "1" }, "topic_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = Big, message = "1" }, "topic_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", messageBase64 = "AA==" }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", messageBase64 = "?" }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", qos = 3 }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", qos = "x" }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", qos = 0.5 }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", retain = "true" }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", userProperties = new { a = "b" } }, "request_invalid" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", contentType = "\u0001" }, "request_invalid" },
        { "Request", null, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a" }, "message_missing" },
        { "Request", new { brokerKey = "nobody", topic = "a", message = "1" }, "broker_unknown" },
        { "Request", new { brokerKey = "embedded", topic = "a/#", message = "1" }, "topic_invalid" },
        { "Request", new { brokerKey = "embedded", topic = Big, message = "1" }, "topic_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", timeoutSeconds = 0 }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", timeoutSeconds = "10" }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", retain = true }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", responseTopic = "b" }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", correlationData = "AA==" }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", idempotencyKey = "k" }, "request_invalid" },
        { "Request", new { brokerKey = "embedded", topic = "a", message = "1", timeoutSeconds = 2 }, "reply_timeout" },
        { "Publish", new { brokerKey = "embedded", topic = "a", message = "1", idempotencyKey = "é" }, "request_invalid" },
    };

    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Invoke_BadRequest_IsToldWithItsCode(string protocol)
    {
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        foreach (var row in Refused)
        {
            var argument = row[1] is { } value ? Replace(value) : null;
            await FluentActions.Awaiting(() => client.InvokeAsync((string)row[0]!, argument))
                .Should().ThrowAsync<NodeException>($"{row[0]} {row[1]}").WithMessage($"*HubException: {row[2]}: *");
        }

        (await client.InvokeAsync("GetBrokers")).GetArrayLength().Should().Be(1);
    }

    [ToolTheory(Tool.Node)]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Invoke_WrongNumberOfArgumentsOrUnknownMethod_IsRefused(string protocol)
    {
        await using var client = await NodeHubClient.ConnectAsync(bridge.Host.HubUrl, protocol);

        await ShouldFailAsync(() => client.InvokeAsync("GetLast"), "request_invalid: *1*");
        await ShouldFailAsync(() => client.InvokeAsync("Publish", new { }, new { }), "request_invalid: *2*");
        await ShouldFailAsync(() => client.InvokeAsync("GetBrokers", new { }), "request_invalid: *");
        await ShouldFailAsync(() => client.InvokeAsync("NoSuchMethod", new { }), "*Method does not exist*");

        (await client.InvokeAsync("GetBrokers")).GetArrayLength().Should().Be(1);
    }

    private static async Task ShouldFailAsync(Func<Task> invoke, string message) =>
        await invoke.Should().ThrowAsync<NodeException>().WithMessage("*HubException: " + message);

    /// <summary>The rows name the large text, so that their names stay short.</summary>
    private static object Replace(object value) => value.GetType().GetProperty("topic")?.GetValue(value) as string == Big
        ? new { brokerKey = "embedded", topic = new string('x', 65_536), message = "1" }
        : value;
}
