using System.Text;
using Bridge.Contracts;

namespace Bridge.Tests.Support;

/// <summary>Messages as a broker's link hands them over.</summary>
internal static class TestMessages
{
    public static BridgeMessage Message(string topic, string text, bool retain = false, DateTimeOffset receivedAt = default) =>
        Message(topic, Encoding.UTF8.GetBytes(text), retain, receivedAt);

    public static BridgeMessage Message(string topic, byte[] payload, bool retain = false, DateTimeOffset receivedAt = default) => new()
    {
        BrokerKey = "plant",
        Topic = topic,
        Payload = payload,
        Retain = retain,
        ReceivedAt = receivedAt,
    };
}
