using System.Globalization;
using System.Net;
using Bridge.Tests.Support;

namespace Bridge.Tests.Packaging;

/// <summary>The program of the image, as far as that can be had without an engine for containers.</summary>
public sealed class PublishedBridgeTests(PublishedBridge published) : IClassFixture<PublishedBridge>
{
    [Fact]
    public void Publish_HasWhatTheImageStarts_AndTheDashboard()
    {
        var program = Dockerfile.Single("ENTRYPOINT").Program;

        program[0].Should().Be("dotnet");
        File.Exists(Path.Combine(published.App, program[1])).Should().BeTrue();
        File.Exists(Path.Combine(published.App, "wwwroot", "index.html")).Should().BeTrue();
        File.Exists(Path.Combine(published.App, "appsettings.json")).Should().BeTrue();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Program_AsTheImageStartsIt_IsHealthyAndKeepsItsValues()
    {
        var (key, port) = (new TestKey("admin", "admin"), LoopbackPort.Find());
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}") };
        client.DefaultRequestHeaders.Add("X-Api-Key", key.Text);
        (string, string?)[] settings;
        await using (var broker = await MosquittoBroker.StartNewAsync())
        {
            settings =
            [
                .. key.Settings(0), ("Bridge:Access:Roles:admin:Administrator", "true"), ("Bridge:Tls:AllowPlainHttp", "true"),
                ("Bridge:Brokers:plant:Url", broker.Url),
            ];
            await using var first = Start(port, settings);
            await Eventually.HoldsAsync(() => IsAsync(client, "/health/ready", HttpStatusCode.OK), describe: () => Said(first));
            (await CheckAsync(port)).Should().Be(0);
            await broker.PublishAsync("kept", "42");
            await Eventually.HoldsAsync(async () => await ReadAsync(client) == "42");

            (await first.StopAsync()).Should().Be(0, Said(first));
            (await CheckAsync(port)).Should().Be(1, "nobody answers any more");
        }

        await using var second = Start(port, settings);
        await Eventually.HoldsAsync(() => IsAsync(client, "/health/live", HttpStatusCode.OK), describe: () => Said(second));

        (await ReadAsync(client)).Should().Be("42", "it was written, and the broker is gone");
        (await IsAsync(client, "/health/ready", HttpStatusCode.ServiceUnavailable)).Should().BeTrue();
        (await second.StopAsync()).Should().Be(0, Said(second));
    }

    [Fact]
    public async Task Program_WithoutSettings_SaysWhatIsMissing()
    {
        await using var process = Start(LoopbackPort.Find());

        (await process.WaitForExitAsync()).Should().Be(1);
        process.Errors.Items.Should().Contain(line => line.Contains("Bridge:Access"));
    }

    [Fact]
    public async Task Program_FolderOfScriptsMayNotBeRead_SaysSo()
    {
        var key = new TestKey("admin", "admin");
        await using var process = Start(
            LoopbackPort.Find(),
            [.. key.Settings(0), ("Bridge:Access:Roles:admin:Administrator", "true"), ("Bridge:Tls:AllowPlainHttp", "true"), ("Bridge:Pipeline:Scripts", published.Closed)]);

        (await process.WaitForExitAsync()).Should().Be(1);
        process.Errors.Items.Should().Contain(line => line.Contains("Bridge:Pipeline:Scripts") && line.Contains(published.Closed));
    }

    private ChildProcess Start(int port, params (string Key, string? Value)[] settings) =>
        published.Start(Dockerfile.Single("ENTRYPOINT").Program, port, settings);

    /// <summary>Has the image's own check made.</summary>
    private async Task<int> CheckAsync(int port)
    {
        await using var check = published.Start(Dockerfile.Single("HEALTHCHECK").Program, port);
        return await check.WaitForExitAsync();
    }

    private static async Task<bool> IsAsync(HttpClient client, string path, HttpStatusCode expected)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode == expected;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<string?> ReadAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/events?brokerKey=plant&topic=kept&format=raw", UriKind.Relative));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : null;
    }

    private static string Said(ChildProcess process) => string.Join('\n', [.. process.Output.Items, .. process.Errors.Items]);
}
