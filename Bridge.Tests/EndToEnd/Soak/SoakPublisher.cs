using System.Globalization;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>
/// Publishes 0, 1, 2, … to topics in turn, past the bridge, at a steady rate, whatever happens to the broker: what it does not take is lost.
/// Over one connection at a time, so that what the broker has of a topic is in order.
/// </summary>
internal sealed class SoakPublisher : IAsyncDisposable
{
    /// <summary>Some for each topic in one go: brokers and bridges get bursts in real life too.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    /// <summary>Longer than any freeze.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly MqttClientOptions _options;
    private readonly double _perSecond;
    private readonly Task _running;
    private long _next;

    public SoakPublisher(int port, double perSecond)
    {
        _perSecond = perSecond;
        _options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V311)
            .WithKeepAlivePeriod(Patience).WithTimeout(Patience).Build();
        _running = Task.Run(RunAsync);
    }

    /// <summary>The number that is published next.</summary>
    public long Next => Interlocked.Read(ref _next);

    /// <summary>Stops the numbers, and publishes to each topic a last message that the broker has acknowledged.</summary>
    public async Task FinishAsync()
    {
        await StopAsync();
        if (!_client.IsConnected)
            await _client.ConnectAsync(_options);
        foreach (var topic in SoakTopics.All)
            await PublishAsync(topic, SoakTopics.Last, MqttQualityOfServiceLevel.AtLeastOnce);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(Patience);
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!_client.IsConnected)
                    await _client.ConnectAsync(_options);
                for (var due = _perSecond * Tick.TotalSeconds; due > 0; due--, Interlocked.Increment(ref _next))
                    await PublishAsync(SoakTopics.All[(int)(_next % SoakTopics.All.Count)], _next, MqttQualityOfServiceLevel.AtMostOnce);
            }
            catch (Exception)
            {
                // The broker is away; it is tried again at the next tick.
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private async Task PublishAsync(string topic, long number, MqttQualityOfServiceLevel qos)
    {
        using var patience = new CancellationTokenSource(Patience);
        var payload = number.ToString(CultureInfo.InvariantCulture).PadRight(SoakTopics.PayloadBytes);
        await _client.PublishStringAsync(topic, payload, qos, cancellationToken: patience.Token);
    }
}
