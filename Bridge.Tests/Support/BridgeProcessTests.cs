namespace Bridge.Tests.Support;

public sealed class BridgeProcessTests
{
    [Fact]
    public async Task StartAsync_ThenStop_ServesAndEndsInAnOrderlyWay()
    {
        await using var bridge = await BridgeProcess.StartAsync();

        using var response = await bridge.Client.GetAsync(new Uri("/no-such-page", UriKind.Relative));
        var exitCode = await bridge.StopAsync();

        ((int)response.StatusCode).Should().Be(404);
        exitCode.Should().Be(0);
    }
}
