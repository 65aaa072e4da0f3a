using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>Messages of edge nodes, and steps for them.</summary>
internal static class SparkplugMessages
{
    /// <summary>The topic of a device's data.</summary>
    public const string Data = "spBv1.0/plant/DDATA/line1/press";

    public const string DefaultSettings = """ "Prefix": "sparkplug/" """;

    /// <param name="name">Its name.</param>
    /// <param name="type">Its type's number.</param>
    /// <param name="value">The field of its value, and others.</param>
    public static byte[] Metric(string name, int type, byte[] value) => Bytes(2, Text(1, name), Varint(4, (ulong)type), value);

    public static BridgeMessage Message(string topic, byte[] payload) => TestMessages.Message(topic, payload) with
    {
        ContentType = "application/x-protobuf",
        QualityOfService = QualityOfService.AtLeastOnce,
        UserProperties = [new("unit", "C")],
    };

    public static MessageStep Step(string settings) => ReadyStepOf.Group($$""" "Sparkplug": { {{settings}} } """);

    public static StepResult Run(string topic, byte[] payload) => Step(DefaultSettings).Run(Message(topic, payload));
}
