using System.Text.Json;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>HTTP, with curl: texts as members of a JSON object, bytes as the body.</summary>
internal sealed class CurlDoor(string url) : IDoor
{
    public async Task PublishAsync(string brokerKey, string topic, Payload payload)
    {
        var response = payload.Text is { } text
            ? await PostJsonAsync(new { brokerKey, topic, message = text })
            : await PostAsync($"{url}/publish?{Query(brokerKey, topic)}", "application/octet-stream", payload.Bytes);
        if (response.Status != 200)
            throw new DoorException(CodeOf(response));
    }

    public async Task<byte[]> ReceiveAsync(string brokerKey, string topic)
    {
        CurlResponse? response = null;
        await Eventually.HoldsAsync(
            async () => (response = await Curl.RunAsync($"{url}/events?{Query(brokerKey, topic)}&format=raw")).Status == 200,
            describe: () => $"{response?.Status}: {response?.Text}");
        return response!.Body;
    }

    /// <summary>The last value as a client reads it that calls <c>res.json()</c>.</summary>
    public async Task<string?> ReadJsonTextAsync(string brokerKey, string topic)
    {
        var response = await Curl.RunAsync($"{url}/events?{Query(brokerKey, topic)}");
        response.Status.Should().Be(200, response.Text);
        return JsonSerializer.Deserialize<string>(response.Body);
    }

    public Task<CurlResponse> PostJsonAsync(object body) =>
        PostAsync($"{url}/publish", "application/json", JsonSerializer.SerializeToUtf8Bytes(body));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static string CodeOf(CurlResponse response)
    {
        using var problem = JsonDocument.Parse(response.Body);
        return problem.RootElement.GetProperty("code").GetString()!;
    }

    private static async Task<CurlResponse> PostAsync(string address, string contentType, byte[] body)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("body"), body);
        return await Curl.RunAsync("-H", $"Content-Type: {contentType}", "--data-binary", $"@{folder.File("body")}", address);
    }

    private static string Query(string brokerKey, string topic) =>
        $"brokerKey={Uri.EscapeDataString(brokerKey)}&topic={Uri.EscapeDataString(topic)}";
}
