using Bridge.Contracts;

namespace Bridge.Tests.Contracts;

/// <summary>Messages to write and how to tell that two are the same.</summary>
internal static class Envelopes
{
    private static readonly UserProperty[] None = [];

    /// <summary>A message with nothing but what every message has.</summary>
    public static BridgeMessage Plain(byte[] payload) => new()
    {
        Topic = "plant/1/temp",
        Payload = payload,
        ReceivedAt = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 123, TimeSpan.Zero),
    };

    /// <summary>A message with every member set to something unusual.</summary>
    public static BridgeMessage Full(byte[] payload) => Plain(payload) with
    {
        BrokerKey = "plant",
        QualityOfService = QualityOfService.ExactlyOnce,
        Retain = true,
        Cursor = "k3f9.18233",
        Source = MessageSource.Restored,
        ContentType = "text/plain",
        UserProperties = [new("unit", "C"), new("unit", "K"), new("", "")],
        ResponseTopic = "plant/1/answer",
        CorrelationData = new byte[] { 0, 0xFF, 1 },
        ExpiresAt = new DateTimeOffset(2026, 11, 23, 23, 59, 59, 999, TimeSpan.Zero),
    };

    public static void ShouldBe(this BridgeMessage actual, BridgeMessage expected)
    {
        actual.Payload.ToArray().Should().Equal(expected.Payload.ToArray());
        actual.UserProperties.Should().Equal(expected.UserProperties);
        Hex(actual.CorrelationData).Should().Be(Hex(expected.CorrelationData));
        Rest(actual).Should().Be(Rest(expected));
    }

    private static string? Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Convert.ToHexString(some.Span) : null;

    // What a record compares by value.
    private static BridgeMessage Rest(BridgeMessage message) =>
        message with { Payload = default, UserProperties = None, CorrelationData = null };
}
