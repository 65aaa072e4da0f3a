using System.Text;

namespace Bridge.Contracts.Steps;

/// <summary>Helps steps to change messages.</summary>
public static class MessageContent
{
    /// <summary>The message with another text as its payload.</summary>
    /// <param name="message">The message.</param>
    /// <param name="text">The text; it is encoded as UTF-8.</param>
    /// <returns>Another message.</returns>
    public static BridgeMessage WithText(this BridgeMessage message, string text) => message with { Payload = Encoding.UTF8.GetBytes(text) };
}
