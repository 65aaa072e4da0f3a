using System.Text;
using Bridge.Tests.Http;

namespace Bridge.Tests.Hubs;

/// <summary>What no client library writes, byte for byte on a WebSocket.</summary>
public sealed class HubTextTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private static readonly byte[] Surrogate = [0xED, 0xA0, 0x80];

    [Theory]
    [InlineData("""{"brokerKey":"embedded","topic":"\ud800","message":"1"}""", "request_invalid")]
    [InlineData("""{"brokerKey":"embedded","topic":"a","message":"\ud800"}""", "request_invalid")]
    [InlineData("""{"brokerKey":"embedded","topic":"a","message":{"b":["\ud800"]}}""", "request_invalid")]
    [InlineData("""{"brokerKey":"embedded","topic":"a","message":"1","\ud800":1}""", "request_invalid")]
    [InlineData("""{"brokerKey":"embedded","topic":"a","topic":"b","message":"1"}""", "request_invalid")]
    [InlineData("""{"brokerKey":"embedded","topic":"a\u0000","message":"1"}""", "topic_invalid")]
    public async Task Publish_BadJson_IsToldWithItsCode(string argument, string code)
    {
        await using var socket = await RawHubSocket.ConnectAsync(bridge.Host.HubUrl, "json");

        await socket.SendTextAsync($$"""{"type":1,"invocationId":"1","target":"Publish","arguments":[{{argument}}]}""");

        (await socket.ReceiveAsync()).Should().Contain($"HubException: {code}: ");
    }

    [Fact]
    public async Task Publish_BadMessagePack_IsToldWithItsCode()
    {
        await using var socket = await RawHubSocket.ConnectAsync(bridge.Host.HubUrl, "messagepack");
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 100_000), 0xC0];
        byte[] notANumber = [0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0];
        (byte[] Topic, byte[] Message)[] requests =
        [
            (Text("a"), [.. Text(""u8.ToArray(), 3), .. Surrogate]),
            ([.. Text(""u8.ToArray(), 3), .. Surrogate], Text("1")),
            (Text("a"), deep),
            (Text("a"), notANumber),
        ];

        foreach (var (topic, message) in requests)
        {
            await socket.SendInvocationAsync("Publish",
                [0x83, .. Text("brokerKey"), .. Text("embedded"), .. Text("topic"), .. topic, .. Text("message"), .. message]);
            (await socket.ReceiveAsync()).Should().Contain("HubException: request_invalid: ");
        }

        await socket.SendInvocationAsync("Publish", [0x82, .. deep, 0xC0, 0xC0, 0xC0]);
        (await socket.ReceiveAsync()).Should().Contain("HubException: request_invalid: ");
    }

    private static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text), 0);

    /// <summary>A <c>str</c> of these bytes and as many more as are said.</summary>
    private static byte[] Text(byte[] bytes, int more) => [(byte)(0xA0 | (bytes.Length + more)), .. bytes];
}
