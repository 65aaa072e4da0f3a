using System.Globalization;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Bridge.Server.Brokers;

/// <summary>A small plant below <c>demo/</c>, so that a first run has something to show.</summary>
internal sealed class DemoTopics(MqttServer server, TimeProvider time) : IAsyncDisposable
{
    private static readonly string[] Machines = ["press", "oven", "mixer"];

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Start()
    {
        server.InterceptingPublishAsync += EchoAsync;
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        server.InterceptingPublishAsync -= EchoAsync;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await PublishAsync("demo/readme", "This data is made up. Publish to any topic of the broker 'embedded' and see it here.", retain: true);
        for (var tick = 0; !_stopping.IsCancellationRequested; tick++)
        {
            await PublishTickAsync(tick);
            await Task.Delay(TimeSpan.FromSeconds(1), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PublishTickAsync(int tick)
    {
        await PublishAsync("demo/clock", time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        for (var i = 0; i < Machines.Length; i++)
        {
            var temperature = 60 + 20 * i + 8 * Math.Sin(tick / 15.0 + i);
            await PublishAsync($"demo/{Machines[i]}/temperature", temperature.ToString("0.0", CultureInfo.InvariantCulture));
            if (tick % 5 == i)
                await PublishAsync($"demo/{Machines[i]}/state", DescribeState(tick, i), retain: true);
        }
    }

    /// <summary>Replies to a request on <c>demo/echo</c> with what it says (MQTT 5 §4.10).</summary>
    private Task EchoAsync(InterceptingPublishEventArgs published) =>
        published.ApplicationMessage is not { Topic: "demo/echo", ResponseTopic: { Length: > 0 } responseTopic } request
            ? Task.CompletedTask
            : server.InjectApplicationMessage(new InjectedMqttApplicationMessage(new MqttApplicationMessage
            {
                Topic = responseTopic,
                CorrelationData = request.CorrelationData,
                Payload = request.Payload,
                ContentType = request.ContentType,
            }));

    private static string DescribeState(int tick, int machine) => JsonSerializer.Serialize(new
    {
        running = (tick / 20 + machine) % 4 != 0,
        cycles = tick / 2 + 1000 * machine,
        load = Math.Round(0.5 + 0.4 * Math.Sin(tick / 30.0 + machine), 2),
    });

    private Task PublishAsync(string topic, string text, bool retain = false) =>
        server.InjectApplicationMessage(topic, text, MqttQualityOfServiceLevel.AtMostOnce, retain);
}
