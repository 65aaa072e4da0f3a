using Bridge.Contracts;

namespace Bridge.Server.Publishing;

/// <summary>A message that is to be published after those before it.</summary>
/// <param name="Request">The message.</param>
/// <param name="PublishAsync">Publishes it.</param>
internal readonly record struct OrderedPublish(PublishRequest Request, Func<Task> PublishAsync);

/// <summary>Publishes several messages, those to one broker in their order.</summary>
internal static class OrderedPublishes
{
    /// <summary>As many messages of one call may wait for one broker's acknowledgement.</summary>
    private const int Window = 1000;

    /// <summary>Completes when all are published.</summary>
    public static Task RunAsync(IEnumerable<OrderedPublish> publishes, CancellationToken cancellationToken) => Task.WhenAll(publishes
        .GroupBy(publish => publish.Request.BrokerKey)
        .Select(broker => RunToOneBrokerAsync(broker, cancellationToken)));

    private static async Task RunToOneBrokerAsync(IEnumerable<OrderedPublish> publishes, CancellationToken cancellationToken)
    {
        var unacknowledged = new Queue<Task>();
        var qualityOfService = default(QualityOfService);
        foreach (var publish in publishes)
        {
            // QoS 0 would overtake messages that wait because the broker takes no more at a time.
            var most = publish.Request.QualityOfService == qualityOfService ? Window - 1 : 0;
            while (unacknowledged.Count > most)
                await unacknowledged.Dequeue();

            cancellationToken.ThrowIfCancellationRequested();
            qualityOfService = publish.Request.QualityOfService;
            unacknowledged.Enqueue(publish.PublishAsync());
        }

        await Task.WhenAll(unacknowledged);
    }
}
