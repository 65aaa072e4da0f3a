using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Whatever happens to a broker or on the way to it, the bridge tells so in time, and all goes on by itself afterwards.</summary>
public sealed class LinkFaultTests
{
    [ToolFact(Tool.Mosquitto)]
    public async Task Broker_KilledAndRestarted_IsToldAndTakenUpAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var scene = await LinkFaultScene.StartAsync(broker);

        var began = TimeProvider.System.GetTimestamp();
        await broker.KillAsync();
        await scene.ShouldBeDownAsync(began);
        (await scene.PublishDurableAsync("meanwhile", "1")).Should().Be("queued");
        (await scene.GetBrokerAsync()).State.Should().NotBe(BrokerState.Connected);
        await broker.StartAsync();

        await scene.ShouldRecoverAsync(broker);
        await scene.ShouldHaveArrivedAsync("meanwhile", "1");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Way_SwallowsEverything_IsToldAndTakenUpAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var scene = await LinkFaultScene.StartAsync(broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}"), ("ConnectTimeoutSeconds", "2"));

        var began = TimeProvider.System.GetTimestamp();
        proxy.LoseUpstream();
        proxy.LoseDownstream();
        (await scene.ShouldBeDownAsync(began)).Should().Contain("silent");
        (await scene.PublishDurableAsync("meanwhile", "1")).Should().Be("queued");
        // The port accepts, and answers nothing.
        await Eventually.HoldsAsync(async () => (await scene.GetBrokerAsync()).LastError!.Contains("did not answer within 2 s"), TimeSpan.FromSeconds(60));
        proxy.Mend();

        await scene.ShouldRecoverAsync(broker);
        await scene.ShouldHaveArrivedAsync("meanwhile", "1");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Way_ResetInAPublish_LosesNeitherTheLinkNorTheMessage(bool upstream)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var proxy = new TcpProxy(broker.Port);
        // With a session the broker has what the bridge did not get.
        await using var scene = await LinkFaultScene.StartAsync(
            broker, ("Url", $"mqtt://127.0.0.1:{proxy.Port}"), ("CleanStart", "false"), ("ClientId", "bridge"));
        var large = new string('x', 100_000);

        var began = TimeProvider.System.GetTimestamp();
        if (upstream)
        {
            proxy.ResetUpstreamAfter(50_000);
            await scene.PublishDurableAsync("large", large);
        }
        else
        {
            proxy.ResetDownstreamAfter(50_000);
            await broker.PublishAsync("large", large);
        }

        (await scene.ShouldBeDownAsync(began)).Should().MatchRegex("reset|pipe|closed the connection", "who writes meanwhile may be told of it instead");
        await scene.ShouldRecoverAsync(broker);
        await scene.ShouldHaveArrivedAsync("large", large);
        scene.Client.Messages.Items.Where(message => message.Topic == "large").Should().OnlyContain(message => message.Payload.Length == large.Length);
    }
}
