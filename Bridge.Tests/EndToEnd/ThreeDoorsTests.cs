using Bridge.Contracts;
using Bridge.Tests.EndToEnd.Doors;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

public sealed class ThreeDoorsTests(ThreeDoorsFixture fixture) : IClassFixture<ThreeDoorsFixture>
{
    private const Tool All = Tool.Mosquitto | Tool.Node | Tool.OpenSsl | Tool.Curl;

    private static readonly string[] BridgeDoors = ["node json", "node messagepack", "sdk", "curl"];
    private static readonly string[] Brokers = [ThreeDoorsFixture.Plain, ThreeDoorsFixture.Secure];

    public static TheoryData<string, string> PublisherAndPayload => Cross([.. BridgeDoors, "mosquitto"], Payload.Kinds);

    public static TheoryData<string, string> DoorAndForm => Cross(BridgeDoors, ["text", "bytes"]);

    [ToolTheory(All)]
    [MemberData(nameof(PublisherAndPayload))]
    public async Task PublishAsync_ThroughOneDoor_ReachesAllByteForByte(string publisher, string kind)
    {
        var doors = await fixture.OpenDoorsAsync();
        // The same topic on both brokers: what one has must not show on the other.
        var topic = $"doors/{publisher}/{kind}";
        var payloads = Brokers.ToDictionary(broker => broker, _ => Payload.Make(kind));

        foreach (var broker in Brokers)
            await doors[publisher].PublishAsync(broker, topic, payloads[broker]);

        foreach (var broker in Brokers)
        {
            foreach (var (name, door) in doors)
            {
                var received = await door.ReceiveAsync(broker, topic);
                received.AsSpan().SequenceEqual(payloads[broker].Bytes).Should().BeTrue(
                    $"{name} must get from {broker} the {payloads[broker]}, got {received.Length}");
            }

            if (payloads[broker].Text is { } text)
                (await fixture.Curl.ReadJsonTextAsync(broker, topic) == text).Should().BeTrue("the JSON string is the same text");
        }
    }

    [ToolTheory(All)]
    [MemberData(nameof(DoorAndForm))]
    public async Task PublishAsync_OneByteMoreThanAllowed_IsPayloadTooLarge(string door, string form)
    {
        var doors = await fixture.OpenDoorsAsync();
        var payload = form == "text" ? Payload.Of(new string('x', Payload.MostBytes + 1)) : Payload.Random(Payload.MostBytes + 1);

        foreach (var broker in Brokers)
        {
            (await FluentActions.Awaiting(() => doors[door].PublishAsync(broker, "doors/too large", payload))
                .Should().ThrowAsync<DoorException>()).Which.Code.Should().Be(ErrorCodes.PayloadTooLarge);

            // The door is still open, and what was refused has not come through it.
            var topic = $"doors/after too large/{door}/{form}";
            await doors[door].PublishAsync(broker, topic, Payload.Of("x"));
            (await doors["mosquitto"].ReceiveAsync(broker, topic)).Should().Equal((byte)'x');
        }
    }

    [ToolFact(All)]
    public async Task Receive_OneByteMoreThanAllowed_IsLeftOutAndCounted()
    {
        var doors = await fixture.OpenDoorsAsync();
        foreach (var broker in Brokers)
        {
            var before = await fixture.Host.GetBrokerAsync(broker);

            await doors["mosquitto"].PublishAsync(broker, "doors/left out", Payload.Random(Payload.MostBytes + 1));
            await doors["mosquitto"].PublishAsync(broker, "doors/not left out", Payload.Of("x"));

            (await doors["curl"].ReceiveAsync(broker, "doors/not left out")).Should().Equal((byte)'x');
            var after = await fixture.Host.GetBrokerAsync(broker);
            (after.MessagesLeftOut - before.MessagesLeftOut).Should().Be(1);
            after.State.Should().Be(BrokerState.Connected);
        }
    }

    private static TheoryData<string, string> Cross(string[] first, string[] second)
    {
        var data = new TheoryData<string, string>();
        foreach (var one in first)
            foreach (var other in second)
                data.Add(one, other);
        return data;
    }
}
