using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using MQTTnet;

namespace Bridge.Tests.Http;

/// <summary>The bridge with its embedded broker, shared by the tests of a class; each test has topics of its own.</summary>
public sealed class EmbeddedBridge : IAsyncLifetime
{
    private static int _lastTopic;

    internal BridgeHost Host { get; private set; } = null!;

    internal HttpClient Client { get; private set; } = null!;

    /// <summary>A topic that no other test uses.</summary>
    public static string NewTopic() => string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _lastTopic)}");

    public static Uri EventsUri(string topic, string rest = "") =>
        new($"/events?brokerKey=embedded&topic={Uri.EscapeDataString(topic)}{rest}", UriKind.Relative);

    public async Task InitializeAsync()
    {
        Host = await StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(Host.Url), Timeout = Eventually.DefaultTimeout };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
    }

    /// <summary>Starts a bridge whose embedded broker is connected.</summary>
    internal static async Task<BridgeHost> StartAsync(params (string Key, string? Value)[] settings)
    {
        var host = await BridgeHost.StartAsync([("Bridge:EmbeddedBroker:Enabled", "true"), ("Bridge:EmbeddedBroker:Port", "0"), .. settings]);
        await host.WaitForStateAsync("embedded", BrokerState.Connected);
        return host;
    }

    /// <summary>Starts a client of the embedded broker that replies, by default with the same bytes.</summary>
    internal Task<Responder> StartResponderAsync(string topic, Func<Responder, MqttApplicationMessage, Task>? answer = null) =>
        Responder.StartAsync(Host.Services.GetRequiredService<BridgeOptions>().EmbeddedBroker.ListenPort, topic, answer);

    /// <summary>Publishes these bytes, and returns when the bridge shows them.</summary>
    public async Task SeedAsync(string topic, byte[] payload, string? contentType = null, string rest = "")
    {
        using var response = await PublishRawAsync(topic, payload, contentType, rest);
        ((int)response.StatusCode).Should().BeOneOf(200, 202);
        await Eventually.HoldsAsync(async () =>
        {
            using var shown = await Client.GetAsync(EventsUri(topic, "&format=raw"));
            return shown.IsSuccessStatusCode && (await shown.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(payload);
        });
    }

    public Task SeedAsync(string topic, string payload, string? contentType = null, string rest = "") =>
        SeedAsync(topic, Encoding.UTF8.GetBytes(payload), contentType, rest);

    public Task<HttpResponseMessage> PublishRawAsync(string topic, byte[] payload, string? contentType = null, string rest = "")
    {
        var content = new ByteArrayContent(payload);
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType).Should().BeTrue();
        return Client.PostAsync(new Uri($"/publish?brokerKey=embedded&topic={Uri.EscapeDataString(topic)}{rest}", UriKind.Relative), content);
    }

    public Task<HttpResponseMessage> PublishJsonAsync(string json) =>
        Client.PostAsync(new Uri("/publish", UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> GetAsync(Uri uri, string? accept) => SendAsync(HttpMethod.Get, uri, accept);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, string? accept)
    {
        using var request = new HttpRequestMessage(method, uri);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Client.SendAsync(request);
    }

    /// <summary>The envelope that the bridge shows of a topic.</summary>
    public Task<JsonElement> GetMessageAsync(string topic) => Client.GetFromJsonAsync(EventsUri(topic, "&format=message").OriginalString);
}

internal static class HttpAssertions
{
    public static async Task<JsonElement> GetFromJsonAsync(this HttpClient client, string uri)
    {
        using var response = await client.GetAsync(new Uri(uri, UriKind.Relative));
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The response tells a failure as the contract has it, and its detail.</summary>
    public static async Task<string> ShouldBeProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, body);
        response.Content.Headers.ContentType.Should().BeEquivalentTo(new MediaTypeHeaderValue("application/problem+json"), body);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        problem.GetProperty("code").GetString().Should().Be(code, body);
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        return problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}
