using System.Text;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Benchmarks.Micro;

/// <summary>Messages as they come from a broker: 64 bytes of JSON.</summary>
internal static class Samples
{
    public static BridgeMessage Message(int topic) => new()
    {
        BrokerKey = "plant",
        Topic = $"plant/{topic % 100}/line/{topic}/temperature",
        Payload = Encoding.UTF8.GetBytes("""{"value":21.5,"unit":"C","quality":"good","sensor":"PT100-00042"}"""[..64]),
        ReceivedAt = TimeProvider.System.GetUtcNow(),
    };

    public static BridgeMessage[] Messages(int count) => [.. Enumerable.Range(0, count).Select(Message)];

    public static SequencedMessage[] Sequenced(int count) =>
        [.. Messages(count).Select((message, index) => new SequencedMessage(index + 1, message))];
}
