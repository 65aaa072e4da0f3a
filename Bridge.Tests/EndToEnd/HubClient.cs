using Bridge.Contracts;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.EndToEnd;

/// <summary>A plain SignalR connection of .NET, and all that the hub called on it.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private readonly HubConnection _connection;

    private HubClient(HubConnection connection)
    {
        _connection = connection;
        connection.On<MessageBatch>(ClientMethods.Messages, Receive);
        connection.On<BrokerStateChange>(ClientMethods.BrokerState, States.Add);
        connection.Closed += error =>
        {
            Batches.End($"the connection was closed: {error?.Message}");
            Messages.End($"the connection was closed: {error?.Message}");
            return Task.CompletedTask;
        };
    }

    public Collected<MessageBatch> Batches { get; } = new();

    /// <summary>The messages of all batches, with the key of their broker.</summary>
    public Collected<BridgeMessage> Messages { get; } = new();

    public Collected<BrokerStateChange> States { get; } = new();

    public static async Task<HubClient> ConnectAsync(string url, bool messagePack = true, Action<HttpConnectionOptions>? configure = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(url, configure ?? (_ => { }));
        if (messagePack)
            builder.AddMessagePackProtocol();
        var client = new HubClient(builder.Build());
        await client._connection.StartAsync().WaitAsync(Eventually.DefaultTimeout);
        return client;
    }

    public Task<SubscribeResult> SubscribeAsync(string brokerKey, string filter, bool snapshot = true) =>
        SubscribeAsync(new SubscribeRequest { BrokerKey = brokerKey, Topic = filter, Snapshot = snapshot });

    public Task<SubscribeResult> SubscribeAsync(SubscribeRequest request) => InvokeAsync<SubscribeResult>(HubMethods.Subscribe, request);

    public Task<GetLastResult> GetLastAsync(GetLastRequest request) => InvokeAsync<GetLastResult>(HubMethods.GetLast, request);

    public async Task UnsubscribeAsync(SubscribeResult subscription) => await InvokeAsync<object?>(
        HubMethods.Unsubscribe, new UnsubscribeRequest { Subscription = subscription.Subscription });

    public Task<PublishReceipt> PublishAsync(PublishRequest request) => InvokeAsync<PublishReceipt>(HubMethods.Publish, request);

    public Task<PublishReceipt> PublishAsync(
        string brokerKey, string topic, string text, QualityOfService qos = QualityOfService.AtLeastOnce) =>
        PublishAsync(new PublishRequest
        {
            BrokerKey = brokerKey,
            Topic = topic,
            Payload = System.Text.Encoding.UTF8.GetBytes(text),
            QualityOfService = qos,
        });

    public Task<BridgeMessage> RequestAsync(ReplyRequest request) => InvokeAsync<BridgeMessage>(HubMethods.Request, request);

    public Task<BridgeMessage> RequestAsync(string brokerKey, string topic, string text, double timeoutSeconds = 20) =>
        RequestAsync(new ReplyRequest
        {
            BrokerKey = brokerKey,
            Topic = topic,
            Payload = System.Text.Encoding.UTF8.GetBytes(text),
            TimeoutSeconds = timeoutSeconds,
        });

    /// <summary>The first message of the topic, past or to come, that satisfies the predicate.</summary>
    public Task<BridgeMessage> WaitForMessageAsync(string topic, Func<BridgeMessage, bool>? predicate = null) =>
        Messages.WaitForAsync(message => message.Topic == topic && (predicate is null || predicate(message)), what: topic);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task<T> InvokeAsync<T>(string method, object request) =>
        _connection.InvokeAsync<T>(method, request).WaitAsync(TimeSpan.FromSeconds(30));

    private void Receive(MessageBatch batch)
    {
        Batches.Add(batch);
        foreach (var message in batch.Messages)
            Messages.Add(message with { BrokerKey = batch.BrokerKey });
    }
}
