using Bridge.Contracts;
using Bridge.Tests.Http;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Tests.Hubs;

/// <summary>Batches go past SignalR, but never before its answer to the handshake.</summary>
public sealed class HandshakeTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    private const int Connections = 300;
    private const int Values = 3;
    private const int AtATime = 8;
    private const int UsualReceiveBuffer = 65_536;

    [Theory]
    [InlineData("json")]
    [InlineData("messagepack")]
    public async Task Subscribe_SentWithTheHandshake_IsAnsweredBehindIt(string protocol)
    {
        var topic = EmbeddedBridge.NewTopic();
        for (var i = 0; i < Values; i++)
            await bridge.SeedAsync($"{topic}/{i}", new string('x', 50_000));

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtATime };
        await Parallel.ForAsync(0, Connections, parallel, async (_, _) =>
        {
            var request = new SubscribeRequest { BrokerKey = "embedded", Topic = $"{topic}/#" };
            await using var reader = await RawHubReader.OpenAsync(bridge.Host.HubUrl, protocol, UsualReceiveBuffer, (HubMethods.Subscribe, request));
            var (batches, answers) = (0, 0);
            // It throws when something stands before the answer to the handshake.
            await reader.ReadUntilAsync(message =>
            {
                batches += message is InvocationMessage { Arguments: [MessageBatch { Messages.Count: > 0 }] } ? 1 : 0;
                answers += message is CompletionMessage { Error: null } ? 1 : 0;
                return (batches, answers) == (Values, 1);
            });
        });
    }
}
