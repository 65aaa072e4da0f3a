using System.Globalization;
using Bridge.Tests.Support;
using MQTTnet;
using MQTTnet.Formatter;

namespace Bridge.Tests.EndToEnd;

/// <summary>
/// Publishes numbers, past the bridge, as fast as a reader confirms them: never more on the way than a connection that reads has room
/// for. What others miss is then missed because they do not read.
/// </summary>
internal sealed class Flood : IAsyncDisposable
{
    /// <summary>How large each payload is.</summary>
    public const int PayloadBytes = 2048;

    /// <summary>Encoded, less than <c>Limits:OutboxBytes</c>.</summary>
    private const int MostOnTheWay = 160;

    private readonly SemaphoreSlim _room = new(MostOnTheWay);
    private readonly IMqttClient _client;

    private Flood(IMqttClient client) => _client = client;

    public long Published { get; private set; }

    public static async Task<Flood> StartAsync(int port)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V311).Build();
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await client.ConnectAsync(options, patience.Token);
        return new(client);
    }

    /// <summary>The number that a payload is.</summary>
    public static long NumberOf(ReadOnlySpan<byte> payload) => long.Parse(payload[..10], NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>So many messages more have come.</summary>
    public void Confirm(int count) => _room.Release(count);

    /// <summary>Publishes so many messages, to these topics in turn.</summary>
    public async Task PublishAsync(int count, IReadOnlyList<string> topics)
    {
        for (var i = 0; i < count; i++)
        {
            if (!await _room.WaitAsync(Eventually.DefaultTimeout))
                throw new TimeoutException($"Nobody confirms what was published: {Published}.");
            var payload = $"{Published:D10}".PadRight(PayloadBytes);
            await _client.PublishStringAsync(topics[(int)(Published % topics.Count)], payload);
            Published++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
        _room.Dispose();
    }
}
