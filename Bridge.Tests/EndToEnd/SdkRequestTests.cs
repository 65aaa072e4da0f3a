using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Brokers;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

public sealed class SdkRequestTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task RequestAsync_ManyOverOneClient_GiveEachItsReplyAndTheOthersTheirCode()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await LinkHost.ConnectAsync(broker, ("Topics", ""));
        await using var responder = await Responder.StartAsync(broker.Port, "ask");
        await using var bridge = await BridgeClient.ConnectAsync(host.HubUrl);

        var replies = await Task.WhenAll(Enumerable.Range(0, 1_500).Select(number => bridge.RequestAsync(
            LinkHost.Key, "ask", BitConverter.GetBytes(number), TimeSpan.FromSeconds(60))));

        replies.Select(reply => BitConverter.ToInt32(reply.Payload.Span)).Should().Equal(Enumerable.Range(0, 1_500));
        (await bridge.Awaiting(client => client.RequestAsync(LinkHost.Key, "nobody", "1")).Should().ThrowAsync<BridgeException>())
            .Which.Code.Should().Be(ErrorCodes.ReplyTimeout);
        (await bridge.Awaiting(client => client.RequestAsync(LinkHost.Key, "ask", "1", TimeSpan.FromHours(1))).Should().ThrowAsync<BridgeException>())
            .Which.Code.Should().Be(ErrorCodes.RequestInvalid);
    }
}
