using System.Text;
using System.Text.Json;
using Bridge.Tests.Http;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

/// <summary>Nobody can have the bridge send what makes a broker close the connection, which everybody's messages come over.</summary>
public sealed class MalformedRequestTests
{
    public static TheoryData<string, object> Members => new()
    {
        { "topic", "a\u0001" },
        { "topic", "a\u007f" },
        { "topic", "a\ufffe" },
        { "contentType", "text/plain\n" },
        { "contentType", new string('x', 65_536) },
        { "responseTopic", "a\u0002" },
        { "userProperties", (string[][])[["a\u0000", "b"]] },
        { "userProperties", (string[][])[["a", "b\u001f"]] },
        { "userProperties", (string[][])[["a", new string('x', 65_536)]] },
        { "correlationData", Convert.ToBase64String(new byte[65_536]) },
    };

    [ToolTheory(Tool.Mosquitto)]
    [MemberData(nameof(Members))]
    public async Task Publish_WhatBrokersTakeForMalformed_IsRefusedAndTheLinkStays(string member, object value)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker);
        var request = new Dictionary<string, object> { ["brokerKey"] = "plant", ["topic"] = "a", ["message"] = "1", [member] = value };

        using var refused = await PostAsync(host, request);
        using var accepted = await PostAsync(host, new() { ["brokerKey"] = "plant", ["topic"] = "a", ["message"] = "2" });

        await refused.ShouldBeProblemAsync(400, member is "topic" or "responseTopic" ? "topic_invalid" : "request_invalid");
        ((int)accepted.StatusCode).Should().Be(200, await accepted.Content.ReadAsStringAsync());
        (await host.Client.GetFromJsonAsync("/brokers/plant")).TryGetProperty("lastError", out _).Should().BeFalse("the link never went down");
    }

    [ToolTheory(Tool.Mosquitto | Tool.Node)]
    [InlineData("a\u0001")]
    [InlineData("a/\u009f/#")]
    [InlineData("\uffff/+")]
    public async Task Subscribe_OnDemandToWhatBrokersTakeForMalformed_IsRefusedAndTheLinkStays(string filter)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await StartAsync(broker, ("Bridge:Brokers:plant:OnDemand", "true"));
        await using var client = await NodeHubClient.ConnectAsync(host.HubUrl);

        await FluentActions.Awaiting(() => client.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = filter }))
            .Should().ThrowAsync<NodeException>().WithMessage("*filter_invalid: *U+*");

        await client.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = "a" });
        await broker.PublishAsync("a", "1");
        await client.WaitForEventAsync(happened => happened.ToString().Contains("\"message\":\"1\"", StringComparison.Ordinal));
        (await host.Client.GetFromJsonAsync("/brokers/plant")).TryGetProperty("lastError", out _).Should().BeFalse("the link never went down");
    }

    private static async Task<BridgeHost> StartAsync(MosquittoBroker broker, params (string Key, string? Value)[] settings)
    {
        var host = await BridgeHost.StartAsync([("Bridge:Brokers:plant:Url", broker.Url), .. settings]);
        await Eventually.HoldsAsync(async () =>
            (await host.Client.GetFromJsonAsync("/brokers/plant")).GetProperty("state").GetString() == "connected");
        return host;
    }

    private static Task<HttpResponseMessage> PostAsync(BridgeHost host, Dictionary<string, object> request) => host.Client.PostAsync(
        new Uri("/publish", UriKind.Relative), new StringContent(JsonSerializer.Serialize(request), Encoding.UTF8, "application/json"));
}
