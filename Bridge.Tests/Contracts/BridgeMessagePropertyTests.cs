using System.Text;
using Bridge.Contracts;
using CsCheck;

namespace Bridge.Tests.Contracts;

public sealed class BridgeMessagePropertyTests
{
    private static readonly Gen<string> Text = Gen.Int[0, 0x10FFFF].Where(code => code is < 0xD800 or > 0xDFFF)
        .Select(char.ConvertFromUtf32).Array[0, 12].Select(string.Concat);

    // Half of them texts, since bytes at random are hardly ever valid UTF-8.
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[0, 40], Text.Select(Encoding.UTF8.GetBytes));

    private static readonly Gen<DateTimeOffset> Time =
        Gen.Long[0, 253402300799999].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    private static readonly Gen<UserProperty> Property = Gen.Select(Text, Text, (name, value) => new UserProperty(name, value));

    private static readonly Gen<BridgeMessage> Message =
        from head in Gen.Select(Text, Text, Bytes, Time, Gen.Bool)
        from kind in Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2])
        from texts in Gen.Select(Gen.Null(Text), Gen.Null(Text), Gen.Null(Text))
        from rest in Gen.Select(Property.Array[0, 3], Gen.Null(Bytes), Gen.Nullable(Time))
        select new BridgeMessage
        {
            BrokerKey = head.Item1,
            Topic = head.Item2,
            Payload = head.Item3,
            ReceivedAt = head.Item4,
            Retain = head.Item5,
            QualityOfService = (QualityOfService)kind.Item1,
            Source = (MessageSource)kind.Item2,
            Cursor = texts.Item1,
            ContentType = texts.Item2,
            ResponseTopic = texts.Item3,
            UserProperties = rest.Item1,
            CorrelationData = rest.Item2 is null ? default(ReadOnlyMemory<byte>?) : rest.Item2,
            ExpiresAt = rest.Item3,
        };

    [Theory]
    [InlineData(HubWire.Json)]
    [InlineData(HubWire.MessagePack)]
    public void RoundTrip_AnyMessage_KeepsEveryMember(string protocol) =>
        Message.Sample(message => HubWire.RoundTrip(protocol, message).ShouldBe(message), iter: 2_000);

    [Fact]
    public void WriteMessagePack_AnyPayload_IsStrExactlyWhenItIsValidUtf8() =>
        Bytes.Sample(
            payload => HubWire.Members(Envelopes.Plain(payload))["message"] switch
            {
                string text => Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(payload),
                byte[] bytes => bytes.AsSpan().SequenceEqual(payload) && !System.Text.Unicode.Utf8.IsValid(payload),
                _ => false,
            },
            iter: 2_000);
}
