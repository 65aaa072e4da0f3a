using System.Security.Cryptography;
using System.Text;
using Bridge.Contracts;
using Bridge.Server;
using Bridge.Server.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using MQTTnet.Protocol;
using MQTTnet.Server.EnhancedAuthentication;

namespace Bridge.Tests.Brokers;

/// <summary>MQTT 5 §4.12: a challenge and an answer before the connection is accepted. mosquitto has no method for it.</summary>
public sealed class EnhancedAuthenticationLinkTests
{
    private const string Method = "TEST-HMAC";
    private static readonly byte[] Secret = [1, 2, 3, 4];

    [Fact]
    public async Task Link_WhoseHandlerKnowsTheSecret_IsMade()
    {
        await using var broker = await StartBrokerAsync();
        await using var host = await StartAsync(broker, new Handler(Secret));

        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);

        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(LinkHost.Key, "#");
        await client.PublishAsync(LinkHost.Key, "a", "1");
        await client.WaitForMessageAsync("a");
    }

    [Fact]
    public async Task Link_WhoseHandlerDoesNot_IsRefused()
    {
        await using var broker = await StartBrokerAsync();
        await using var host = await StartAsync(broker, new Handler([9]));

        (await host.WaitForErrorAsync()).Should().StartWith("The broker refused the connection: NotAuthorized");
    }

    [Fact]
    public async Task Link_ToABrokerThatDoesNotProveItself_IsGivenUp()
    {
        await using var broker = await StartBrokerAsync(proof: "forged"u8.ToArray());
        await using var host = await StartAsync(broker, new Handler(Secret));

        (await host.WaitForErrorAsync()).Should().Be("The broker does not know the secret.");
    }

    [Fact]
    public async Task Start_NoHandlerForTheMethod_IsRefused() =>
        await FluentActions.Awaiting(() => BridgeHost.StartAsync(
                ("Bridge:Brokers:plant:Url", "mqtt://plant.example"), ("Bridge:Brokers:plant:AuthenticationMethod", Method)))
            .Should().ThrowAsync<Exception>().WithMessage($"Bridge:Brokers:plant:AuthenticationMethod: *'{Method}'*");

    private static Task<BridgeHost> StartAsync(TestBroker broker, IEnhancedAuthenticationHandler handler) => BridgeHost.StartAsync(
        new Dictionary<string, string?>
        {
            ["Bridge:Brokers:plant:Url"] = broker.Url,
            ["Bridge:Brokers:plant:AuthenticationMethod"] = Method,
        },
        services => new BridgeBuilder(services).AddEnhancedAuthentication(handler));

    private static Task<TestBroker> StartBrokerAsync(byte[]? proof = null) =>
        TestBroker.StartAsync(server => server.ValidatingConnectionAsync += async args =>
        {
            args.ReasonCode = MqttConnectReasonCode.NotAuthorized;
            if (args.AuthenticationMethod != Method || Encoding.UTF8.GetString(args.AuthenticationData) != "hello plant")
                return;
            var challenge = RandomNumberGenerator.GetBytes(16);
            var answer = await args.ExchangeEnhancedAuthenticationAsync(
                new ExchangeEnhancedAuthenticationOptions { AuthenticationData = challenge }, args.CancellationToken);
            if (!answer.AuthenticationData.AsSpan().SequenceEqual(HMACSHA256.HashData(Secret, challenge)))
                return;
            args.ReasonCode = MqttConnectReasonCode.Success;
            args.ResponseAuthenticationData = proof ?? HMACSHA256.HashData(Secret, "broker"u8);
        });

    private sealed class Handler(byte[] secret) : IEnhancedAuthenticationHandler
    {
        public string Method => EnhancedAuthenticationLinkTests.Method;

        public IEnhancedAuthenticationExchange Begin(string brokerKey) => new Exchange(brokerKey, secret);
    }

    private sealed class Exchange(string brokerKey, byte[] secret) : IEnhancedAuthenticationExchange
    {
        public ValueTask<byte[]> StartAsync(CancellationToken cancellationToken) =>
            new(Encoding.UTF8.GetBytes($"hello {brokerKey}"));

        public ValueTask<byte[]> AnswerAsync(byte[] challenge, CancellationToken cancellationToken) =>
            new(HMACSHA256.HashData(secret, challenge));

        public ValueTask CompleteAsync(byte[] finalData, CancellationToken cancellationToken) =>
            finalData.AsSpan().SequenceEqual(HMACSHA256.HashData(secret, "broker"u8))
                ? ValueTask.CompletedTask
                : throw new InvalidOperationException("The broker does not know the secret.");
    }
}
