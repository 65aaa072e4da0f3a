using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Bridge.Contracts;

namespace Bridge.ClientSdk;

public sealed partial class BridgeClient
{
    /// <summary>Reads the last message of a topic.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="topic">An MQTT topic name, without wildcards.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>The message, or null when the bridge knows none.</returns>
    /// <exception cref="ArgumentException">The topic has a wildcard: use <see cref="GetLastManyAsync"/>.</exception>
    /// <exception cref="BridgeException">The bridge answered with an error, or there is no connection.</exception>
    public async Task<BridgeMessage?> GetLastAsync(
        string brokerKey, string topic, CancellationToken cancellationToken = default)
    {
        if (NotNull(topic, nameof(topic)).IndexOfAny(['+', '#']) >= 0)
            throw new ArgumentException($"A topic name has no wildcards; {nameof(GetLastManyAsync)} takes a filter.", nameof(topic));

        var messages = await GetLastManyAsync(brokerKey, topic, cancellationToken).ConfigureAwait(false);
        return messages.Count > 0 ? messages[0] : null;
    }

    /// <summary>Reads the last messages of all topics that match a filter.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="filter">An MQTT topic filter (MQTT 5 §4.7.1).</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>
    /// The messages, ordered by topic; empty when there are none. A message without a cursor of its own has the position at
    /// which all of them were read.
    /// </returns>
    /// <exception cref="BridgeException">The bridge answered with an error, or there is no connection.</exception>
    public async Task<IReadOnlyList<BridgeMessage>> GetLastManyAsync(
        string brokerKey, string filter, CancellationToken cancellationToken = default)
    {
        var request = new GetLastRequest
        {
            BrokerKey = NotNull(brokerKey, nameof(brokerKey)),
            Topic = NotNull(filter, nameof(filter)),
        };
        return (await GetLastAsync(request, cancellationToken).ConfigureAwait(false)).Messages;
    }

    /// <summary>Reads last messages: what has changed since a cursor, only what is new enough, or a long list in parts.</summary>
    /// <param name="request">What to read.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>
    /// The messages, and the cursor with which to ask for what changes after them. A message without a cursor of its own has that one.
    /// </returns>
    /// <exception cref="BridgeException">The bridge answered with an error, or there is no connection.</exception>
    public async Task<GetLastResult> GetLastAsync(GetLastRequest request, CancellationToken cancellationToken = default)
    {
        var result = await InvokeAsync<GetLastResult>(HubMethods.GetLast, cancellationToken, NotNull(request, nameof(request))).ConfigureAwait(false);
        return result with
        {
            Messages = [.. result.Messages.Select(message => message with { BrokerKey = result.BrokerKey, Cursor = message.Cursor ?? result.Cursor })],
        };
    }

    /// <summary>Reads messages of the past, one part of them.</summary>
    /// <param name="request">Which messages.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>The messages in the order in which they came, and where there are more.</returns>
    /// <exception cref="BridgeException">
    /// The bridge answered with an error, such as <see cref="ErrorCodes.HistoryOff"/>, or there is no connection.
    /// </exception>
    public async Task<GetHistoryResult> GetHistoryAsync(GetHistoryRequest request, CancellationToken cancellationToken = default)
    {
        var result = await InvokeAsync<GetHistoryResult>(HubMethods.GetHistory, cancellationToken, NotNull(request, nameof(request))).ConfigureAwait(false);
        return result with { Messages = [.. result.Messages.Select(message => message with { BrokerKey = result.BrokerKey })] };
    }

    /// <summary>Reads messages of the past, part by part, as they are enumerated.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="topic">An MQTT topic filter (MQTT 5 §4.7.1).</param>
    /// <param name="since">From when on, with what came at that time; null for the oldest that is kept.</param>
    /// <param name="until">Until when, without what came at that time; null for the newest.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The messages in the order in which they came.</returns>
    /// <exception cref="BridgeException">
    /// The bridge answered with an error, such as <see cref="ErrorCodes.HistoryOff"/>, or there is no connection.
    /// </exception>
    public async IAsyncEnumerable<BridgeMessage> GetHistoryAsync(
        string brokerKey,
        string topic,
        DateTimeOffset? since = null,
        DateTimeOffset? until = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new GetHistoryRequest
        {
            BrokerKey = NotNull(brokerKey, nameof(brokerKey)),
            Topic = NotNull(topic, nameof(topic)),
            Since = TextOf(since),
            Until = TextOf(until),
        };
        while (true)
        {
            var part = await GetHistoryAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (var message in part.Messages)
                yield return message;
            if (part.Next is null)
                yield break;

            request = request with { Since = part.Next };
        }
    }

    private static string? TextOf(DateTimeOffset? time) => time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Publishes a text, as UTF-8.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="topic">An MQTT topic name, without wildcards.</param>
    /// <param name="text">The payload's text. An unpaired surrogate becomes U+FFFD.</param>
    /// <param name="qos">The quality of service. Default 1: answered after the broker's acknowledgement.</param>
    /// <param name="retain">Whether the broker keeps the message as the topic's retained one. Default false.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>What the broker said.</returns>
    /// <exception cref="BridgeException">
    /// The bridge or the broker refused the message, or there is no connection; nothing is kept to be published later.
    /// </exception>
    public Task<PublishReceipt> PublishAsync(
        string brokerKey,
        string topic,
        string text,
        QualityOfService qos = QualityOfService.AtLeastOnce,
        bool retain = false,
        CancellationToken cancellationToken = default) =>
        PublishAsync(brokerKey, topic, Encoding.UTF8.GetBytes(NotNull(text, nameof(text))), qos, retain, cancellationToken);

    /// <summary>Publishes bytes.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <param name="topic">An MQTT topic name, without wildcards.</param>
    /// <param name="payload">The payload. Must not change before the answer came.</param>
    /// <param name="qos">The quality of service. Default 1: answered after the broker's acknowledgement.</param>
    /// <param name="retain">Whether the broker keeps the message as the topic's retained one. Default false.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>What the broker said.</returns>
    /// <exception cref="BridgeException">
    /// The bridge or the broker refused the message, or there is no connection; nothing is kept to be published later.
    /// </exception>
    public Task<PublishReceipt> PublishAsync(
        string brokerKey,
        string topic,
        ReadOnlyMemory<byte> payload,
        QualityOfService qos = QualityOfService.AtLeastOnce,
        bool retain = false,
        CancellationToken cancellationToken = default)
    {
        var request = new PublishRequest
        {
            BrokerKey = NotNull(brokerKey, nameof(brokerKey)),
            Topic = NotNull(topic, nameof(topic)),
            Payload = payload,
            QualityOfService = qos,
            Retain = retain,
        };
        return PublishAsync(request, cancellationToken);
    }

    /// <summary>Publishes a message with all that MQTT 5 can say of it.</summary>
    /// <param name="request">The message. With a <see cref="PublishRequest.IdempotencyKey"/> it can be sent again after a failure.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>What the broker said.</returns>
    /// <exception cref="BridgeException">
    /// The bridge or the broker refused the message, or there is no connection; nothing is kept to be published later.
    /// </exception>
    public Task<PublishReceipt> PublishAsync(PublishRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<PublishReceipt>(HubMethods.Publish, cancellationToken, NotNull(request, nameof(request)));

    /// <summary>Publishes a text, as UTF-8, and waits for the reply to it (MQTT 5 §4.10).</summary>
    /// <param name="brokerKey">The configured name of the broker; its link must be one of MQTT 5.</param>
    /// <param name="topic">The MQTT topic name that a responder listens on, without wildcards.</param>
    /// <param name="text">The payload's text. An unpaired surrogate becomes U+FFFD.</param>
    /// <param name="timeout">For how long the bridge waits for the reply, 0.1 to 300 s. Default 10 s.</param>
    /// <param name="cancellationToken">Ends the wait for the reply.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="BridgeException">
    /// No reply came (<see cref="ErrorCodes.ReplyTimeout"/>), the bridge or the broker refused the request, or there is no connection.
    /// </exception>
    public Task<BridgeMessage> RequestAsync(
        string brokerKey, string topic, string text, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        RequestAsync(brokerKey, topic, Encoding.UTF8.GetBytes(NotNull(text, nameof(text))), timeout, cancellationToken);

    /// <summary>Publishes bytes, and waits for the reply to them (MQTT 5 §4.10).</summary>
    /// <param name="brokerKey">The configured name of the broker; its link must be one of MQTT 5.</param>
    /// <param name="topic">The MQTT topic name that a responder listens on, without wildcards.</param>
    /// <param name="payload">The payload. Must not change before the reply came.</param>
    /// <param name="timeout">For how long the bridge waits for the reply, 0.1 to 300 s. Default 10 s.</param>
    /// <param name="cancellationToken">Ends the wait for the reply.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="BridgeException">
    /// No reply came (<see cref="ErrorCodes.ReplyTimeout"/>), the bridge or the broker refused the request, or there is no connection.
    /// </exception>
    public Task<BridgeMessage> RequestAsync(
        string brokerKey, string topic, ReadOnlyMemory<byte> payload, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new ReplyRequest
        {
            BrokerKey = NotNull(brokerKey, nameof(brokerKey)),
            Topic = NotNull(topic, nameof(topic)),
            Payload = payload,
        };
        return RequestAsync(timeout is { } wait ? request with { TimeoutSeconds = wait.TotalSeconds } : request, cancellationToken);
    }

    /// <summary>Publishes a message with all that MQTT 5 can say of it, and waits for the reply to it (MQTT 5 §4.10).</summary>
    /// <param name="request">The message, and how long its reply is waited for.</param>
    /// <param name="cancellationToken">Ends the wait for the reply.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="BridgeException">
    /// No reply came (<see cref="ErrorCodes.ReplyTimeout"/>), the bridge or the broker refused the request, or there is no connection.
    /// </exception>
    public Task<BridgeMessage> RequestAsync(ReplyRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<BridgeMessage>(HubMethods.Request, cancellationToken, NotNull(request, nameof(request)));

    /// <summary>Lists the brokers that this client may see, with the state of their links.</summary>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>The brokers.</returns>
    /// <exception cref="BridgeException">The bridge answered with an error, or there is no connection.</exception>
    public async Task<IReadOnlyList<BrokerInfo>> GetBrokersAsync(CancellationToken cancellationToken = default) =>
        await InvokeAsync<BrokerInfo[]>(HubMethods.GetBrokers, cancellationToken).ConfigureAwait(false);

    private async Task<T> InvokeAsync<T>(string method, CancellationToken cancellationToken, params object?[] arguments) =>
        await _connection.Session.InvokeAsync<T>(method, arguments, cancellationToken).ConfigureAwait(false);
}
