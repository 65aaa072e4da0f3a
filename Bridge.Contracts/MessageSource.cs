using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;
using MessagePack;

namespace Bridge.Contracts;

/// <summary>How the bridge came to know a message. On the wire its name in lower case.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MessageSource>))]
[MessagePackFormatter(typeof(CamelCaseEnumFormatter<MessageSource>))]
public enum MessageSource : byte
{
    /// <summary>Published while the bridge was listening.</summary>
    Live,

    /// <summary>The broker's retained message, sent when the bridge subscribed.</summary>
    Retained,

    /// <summary>Read back from disk after a restart and not seen since.</summary>
    Restored,
}
