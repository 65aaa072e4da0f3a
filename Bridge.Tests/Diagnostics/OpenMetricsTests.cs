using Bridge.Tests.Access;
using Bridge.Tests.Support;

namespace Bridge.Tests.Diagnostics;

/// <summary>Who may read <c>/metrics</c>; the rest is in the table of all doors.</summary>
public sealed class OpenMetricsTests
{
    [Fact]
    public async Task Get_MetricsThatAreOpen_NeedsNoCredentials()
    {
        await using var bridge = await LockedBridge.StartAsync(("Bridge:Diagnostics:OpenMetrics", "true"));
        using var nobody = LockedBridge.ClientOf(bridge, credentials: null);
        using var stranger = LockedBridge.ClientOf(bridge, credentials: "brk_wrong");

        var scrape = await Scrape.OfAsync(nobody);
        using var refused = await stranger.GetAsync(new Uri("/metrics", UriKind.Relative));

        scrape.Names.Should().Contain("bridge_messages_in_total");
        ((int)refused.StatusCode).Should().Be(401, "wrong credentials are refused also where none are needed");
    }

    [Fact]
    public async Task Get_MetricsThatAreNotOpen_IsRefusedAndNamesNoReason()
    {
        await using var bridge = await LockedBridge.StartAsync();
        using var nobody = LockedBridge.ClientOf(bridge, credentials: null);

        using var refused = await nobody.GetAsync(new Uri("/metrics", UriKind.Relative));

        ((int)refused.StatusCode).Should().Be(401);
        (await refused.Content.ReadAsStringAsync()).Should().NotContain("bridge_");
    }

    [Theory]
    [InlineData("OpenMetrics", "true", "everybody may read /metrics")]
    [InlineData("TraceOneIn", "10", "nobody gets the traces")]
    public async Task Start_WithWhatMayNotBeMeant_Warns(string setting, string value, string warning)
    {
        await using var bridge = await BridgeProcess.StartAsync([
            new($"Bridge:Diagnostics:{setting}", value), new("Bridge:EmbeddedBroker:Enabled", "true"), new("Bridge:EmbeddedBroker:Port", "0")]);

        await bridge.Output.WaitForAsync(line => line.Contains(warning));
    }
}
