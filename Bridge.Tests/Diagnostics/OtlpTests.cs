using System.Collections.Concurrent;
using System.Text;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bridge.Tests.Diagnostics;

/// <summary>Metrics and traces go to a collector where the configuration names one, and only there.</summary>
public sealed class OtlpTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, string> _received = [];
    private WebApplication _collector = null!;

    public async Task InitializeAsync() => _collector = await TestServer.StartAsync(_ => { }, app => app.MapPost("/{**path}", TakeAsync));

    public async Task DisposeAsync() => await _collector.DisposeAsync();

    [Theory]
    [InlineData("Bridge:Diagnostics:OtlpEndpoint")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task Collector_ThatIsConfigured_GetsMetricsAndTraces(string setting)
    {
        await using var bridge = await EmbeddedBridge.StartAsync([
            (setting, _collector.Urls.First()), ("Bridge:Diagnostics:TraceOneIn", "1"), .. Soon]);
        await using var hub = await HubClient.ConnectAsync(bridge.HubUrl);

        await hub.PublishAsync("embedded", "otlp/topic", "payload-that-nobody-gets");

        await Eventually.HoldsAsync(
            // Traces of other bridges in this process come too.
            () => Received("/v1/metrics").Contains("bridge.publish.duration") && Received("/v1/traces") is var traces && traces.Contains("bridge receive") && traces.Contains("otlp/topic"),
            describe: () => string.Join(' ', _received.Keys));
        Received("/v1/metrics").Should().Contain("SignalRBridge").And.Contain("bridge.messages.in").And.Contain("dotnet.gc.collections");
        Received("/v1/traces").Should().NotContain("payload-that");
    }

    [Fact]
    public async Task Collector_ThatIsNotThere_IsToldInTheLog()
    {
        await using var bridge = await EmbeddedBridge.StartAsync([
            ("Bridge:Diagnostics:OtlpEndpoint", $"http://127.0.0.1:{LoopbackPort.Find()}"), .. Soon]);

        var line = await bridge.Logs.Entries.WaitForAsync(entry => entry.EventId.Id == 9001);

        line.Message.Should().StartWith("Metrics or traces could not be sent: ").And.NotContain("\n");
    }

    [Fact]
    public async Task Bridge_WithoutACollector_SendsNothing()
    {
        await using (var bridge = await EmbeddedBridge.StartAsync([("Bridge:Diagnostics:TraceOneIn", "1"), .. Soon]))
            await bridge.WaitForBrokerAsync("embedded", broker => broker.State == BrokerState.Connected);

        _received.Should().BeEmpty("also its farewell would have come");
    }

    private static (string Key, string? Value)[] Soon =>
        [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_BSP_SCHEDULE_DELAY", "200")];

    private string Received(string path) => _received.GetValueOrDefault(path, "");

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var text = Encoding.UTF8.GetString(body.ToArray());
        _received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
    }
}
