using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

/// <summary>A bridge with one link, to the broker <c>plant</c>.</summary>
internal static class LinkHost
{
    public const string Key = "plant";

    public static Task<BridgeHost> StartAsync(MosquittoBroker broker, params (string Name, string? Value)[] settings) =>
        BridgeHost.StartAsync(BrokerSettings.Of(Key, broker, settings));

    /// <summary>Starts it and waits until the link is up.</summary>
    public static async Task<BridgeHost> ConnectAsync(MosquittoBroker broker, params (string Name, string? Value)[] settings)
    {
        var host = await StartAsync(broker, settings);
        try
        {
            await host.WaitForStateAsync(Key, BrokerState.Connected);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the link could not be made, and returns why.</summary>
    public static async Task<string> WaitForErrorAsync(this BridgeHost host) =>
        (await host.WaitForBrokerAsync(Key, info => info is { State: BrokerState.Disconnected, LastError: not null })).LastError!;

    /// <summary>A message in each direction.</summary>
    public static async Task AssertCarriesAsync(this BridgeHost host, MosquittoBroker broker)
    {
        await using var client = await HubClient.ConnectAsync(host.HubUrl);
        await client.SubscribeAsync(Key, "carried/#");
        await using var subscription = await broker.SubscribeAsync("carried/#");
        await client.PublishAsync(Key, "carried/out", "1");
        await subscription.WaitForMessageAsync(message => message is { Topic: "carried/out", Text: "1" });
        await broker.PublishAsync("carried/in", "2");
        (await client.WaitForMessageAsync("carried/in")).GetText().Should().Be("2");
    }
}
