using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Benchmarks.Micro;

/// <summary>Messages as they come from a broker: 64 bytes of JSON. And where they go: nothing gathers, nothing is bounded.</summary>
internal static class Samples
{
    private static readonly FanOutMetrics Metrics =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    public static BridgeMessage Message(int topic) => new()
    {
        BrokerKey = "plant",
        Topic = $"plant/{topic % 100}/line/{topic}/temperature",
        Payload = Encoding.UTF8.GetBytes("""{"value":21.5,"unit":"C","quality":"good","sensor":"PT100-0042"}"""),
        ReceivedAt = TimeProvider.System.GetUtcNow(),
    };

    public static BridgeMessage[] Messages(int count) => [.. Enumerable.Range(0, count).Select(Message)];

    public static SequencedMessage[] Sequenced(int count) =>
        [.. Messages(count).Select((message, index) => new SequencedMessage(index + 1, message))];

    public static MessageStream Stream()
    {
        var lastId = 0;
        var options = new FanOutOptions { GatherMilliseconds = 0 };
        return new MessageStream("plant", new CacheOptions(), options, new StreamStart("0123abcd"), history: null, () => $"s{++lastId}", TimeProvider.System, Metrics, NullLogger.Instance);
    }

    public static Outbox Outbox(IOutboxSink sink) =>
        new(sink, new OutboxContext(new LimitOptions { SubscriptionsPerConnection = 0, OutboxBytes = 0 }, TimeProvider.System, Metrics, NullLogger.Instance));
}
