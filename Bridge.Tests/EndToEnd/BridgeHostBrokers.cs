using System.Net.Http.Json;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>What the bridge tells of its brokers, over HTTP.</summary>
internal static class BridgeHostBrokers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<BrokerInfo> GetBrokerAsync(this BridgeHost host, string key) =>
        (await host.Client.GetFromJsonAsync<BrokerInfo>(new Uri($"/brokers/{key}", UriKind.Relative), JsonSerializerOptions.Web))!;

    public static async Task<BrokerInfo[]> GetBrokersAsync(this BridgeHost host) =>
        (await host.Client.GetFromJsonAsync<BrokerInfo[]>(new Uri("/brokers", UriKind.Relative), JsonSerializerOptions.Web))!;

    /// <summary>Waits until the broker is told to be so.</summary>
    public static async Task<BrokerInfo> WaitForBrokerAsync(
        this BridgeHost host, string key, Func<BrokerInfo, bool> condition, TimeSpan? timeout = null)
    {
        BrokerInfo? last = null;
        await Eventually.HoldsAsync(
            async () => condition(last = await host.GetBrokerAsync(key)), timeout ?? Patience, () => $"It is {last}");
        return last!;
    }

    public static Task<BrokerInfo> WaitForStateAsync(this BridgeHost host, string key, BrokerState state, TimeSpan? timeout = null) =>
        host.WaitForBrokerAsync(key, broker => broker.State == state, timeout);
}
