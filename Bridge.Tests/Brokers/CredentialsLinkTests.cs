using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class CredentialsLinkTests
{
    private static readonly MosquittoOptions Guarded = new()
    {
        Users = new Dictionary<string, string> { ["bridge"] = "sécret 1" },
    };

    [ToolFact(Tool.Mosquitto)]
    public async Task Link_WithPassword_IsMade()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Guarded);
        await using var host = await LinkHost.ConnectAsync(broker, ("Username", "bridge"), ("Password", "sécret 1"));

        await host.AssertCarriesAsync(broker);
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Link_WithAWrongPassword_SaysThatTheBrokerRefused(string version)
    {
        await using var broker = await MosquittoBroker.StartNewAsync(Guarded);
        await using var host = await LinkHost.StartAsync(
            broker, ("ProtocolVersion", version), ("Username", "bridge"), ("Password", "wrong"));

        var error = await host.WaitForErrorAsync();

        error.Should().StartWith("The broker refused the connection: ").And.Contain("NotAuthorized").And.NotContain("wrong");
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await FluentActions.Awaiting(() => client.PublishAsync(LinkHost.Key, "a", "1"))
            .Should().ThrowAsync<Exception>().WithMessage($"*{ErrorCodes.BrokerDisconnected}: *");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Link_WithPasswordFile_IsMadeOnceTheFileIsRight()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("password", "wrong\n");
        await using var broker = await MosquittoBroker.StartNewAsync(Guarded);
        await using var host = await LinkHost.StartAsync(broker, ("Username", "bridge"), ("PasswordFile", file));
        (await host.WaitForErrorAsync()).Should().Contain("NotAuthorized");

        folder.Write("password", "sécret 1\n");

        await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
        await host.AssertCarriesAsync(broker);
    }
}
