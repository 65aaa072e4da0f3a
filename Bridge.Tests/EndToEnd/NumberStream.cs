using System.Globalization;
using Bridge.Tests.Support;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Bridge.Tests.EndToEnd;

/// <summary>Publishes 0, 1, 2, … to each of some topics in turn, past the bridge, at a steady rate until it is stopped.</summary>
internal sealed class NumberStream : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly IMqttClient _client;
    private readonly string[] _topics;
    private readonly double _perSecond;
    private readonly MqttQualityOfServiceLevel _qos;
    private readonly int[] _next;
    private readonly Task _running;
    private long _published;

    private NumberStream(IMqttClient client, string[] topics, double perSecond, int qos)
    {
        (_client, _topics, _perSecond, _qos) = (client, topics, perSecond, (MqttQualityOfServiceLevel)qos);
        _next = new int[topics.Length];
        _running = Task.Run(RunAsync);
    }

    public long Published => Interlocked.Read(ref _published);

    public static async Task<NumberStream> StartAsync(int port, string[] topics, double perSecond, int qos = 1)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        // With MQTT 5 the broker would bound what is on its way, and the library would go beyond it.
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V311).Build();
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await client.ConnectAsync(options, patience.Token);
        return new(client, topics, perSecond, qos);
    }

    /// <summary>Stops, and says how many numbers each topic has had, all of them acknowledged.</summary>
    public async Task<IReadOnlyDictionary<string, int>> StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(Eventually.DefaultTimeout);
        return _topics.Zip(_next).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Tick);
        while (!_stopping.IsCancellationRequested)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * _perSecond);
            while (Published < due)
                await PublishAsync((int)Math.Min(due - Published, _topics.Length));
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>The next numbers of so many topics, each topic once: what is on its way at a time has no order among itself.</summary>
    private async Task PublishAsync(int count)
    {
        var publishes = Enumerable.Range(0, count).Select(_ =>
        {
            var topic = (int)(Interlocked.Increment(ref _published) - 1) % _topics.Length;
            var number = _next[topic]++.ToString(CultureInfo.InvariantCulture);
            return _client.PublishStringAsync(_topics[topic], number, _qos);
        });
        await Task.WhenAll(publishes).WaitAsync(Eventually.DefaultTimeout);
    }
}
