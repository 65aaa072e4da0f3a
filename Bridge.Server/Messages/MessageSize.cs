using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>What messages take in memory.</summary>
internal static class MessageSize
{
    // A property is an object and two texts.
    private const int PropertyOverhead = 64;

    /// <summary>The bytes of a message's payload and texts, whoever sent them: without what objects take that each message has.</summary>
    public static int Measure(this BridgeMessage message)
    {
        var characters = message.Topic.Length + (message.ContentType?.Length ?? 0) + (message.ResponseTopic?.Length ?? 0);
        var bytes = message.Payload.Length + (message.CorrelationData?.Length ?? 0);
        foreach (var property in message.UserProperties)
        {
            bytes += PropertyOverhead;
            characters += property.Name.Length + property.Value.Length;
        }

        return bytes + (sizeof(char) * characters);
    }
}
