using System.Buffers;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Bridge.Tests.Support;

/// <summary>A client of a broker that replies to requests (MQTT 5 §4.10), as a device would.</summary>
internal sealed class Responder : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private Responder()
    {
    }

    /// <summary>The requests that came, answered or not.</summary>
    public Collected<MqttApplicationMessage> Requests { get; } = new();

    /// <param name="port">Of the broker.</param>
    /// <param name="filter">What it listens on.</param>
    /// <param name="answer">What it does with each request; null for the same bytes as its reply.</param>
    /// <param name="qos">With which it listens.</param>
    public static async Task<Responder> StartAsync(
        int port, string filter, Func<Responder, MqttApplicationMessage, Task>? answer = null, int qos = 1)
    {
        answer ??= (responder, request) => responder.ReplyAsync(request, request.Payload.ToArray());
        var responder = new Responder();
        responder._client.ApplicationMessageReceivedAsync += args =>
        {
            responder.Requests.Add(args.ApplicationMessage);
            return answer(responder, args.ApplicationMessage);
        };
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V500).Build();
        using var patience = new CancellationTokenSource(Eventually.DefaultTimeout);
        await responder._client.ConnectAsync(options, patience.Token);
        await responder._client.SubscribeAsync(filter, (MqttQualityOfServiceLevel)qos, patience.Token);
        return responder;
    }

    /// <summary>Replies, now or later; <paramref name="configure"/> adds to the reply.</summary>
    public async Task ReplyAsync(MqttApplicationMessage request, byte[] payload, Action<MqttApplicationMessage>? configure = null)
    {
        var reply = new MqttApplicationMessage
        {
            Topic = request.ResponseTopic,
            CorrelationData = request.CorrelationData,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        };
        configure?.Invoke(reply);
        await _client.PublishAsync(reply).WaitAsync(Eventually.DefaultTimeout);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
