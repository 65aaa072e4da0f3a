using System.Net.Http.Headers;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access;

/// <summary>A bridge with its embedded broker, one administrator, and who else a test wants.</summary>
internal static class LockedBridge
{
    public static TestKey Boss { get; } = new("boss", "boss");

    private static readonly (string Key, string? Value)[] Settings =
    [
        ("Bridge:EmbeddedBroker:Enabled", "true"),
        ("Bridge:EmbeddedBroker:Port", "0"),
        ("Bridge:Access:Roles:boss:Administrator", "true"),
        .. Boss.Settings(0),
    ];

    /// <summary>The settings, with those of a test.</summary>
    public static (string Key, string? Value)[] With(params (string Key, string? Value)[] settings) => [.. Settings, .. settings];

    /// <summary>Starts it; the host's own client is the administrator's.</summary>
    public static async Task<BridgeHost> StartAsync(params (string Key, string? Value)[] settings)
    {
        var bridge = await BridgeHost.StartAsync(With(settings));
        bridge.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Boss.Text);
        await bridge.WaitForStateAsync("embedded", BrokerState.Connected);
        return bridge;
    }

    /// <summary>A client for somebody else; without credentials where there are none.</summary>
    public static HttpClient ClientOf(BridgeHost bridge, string? credentials)
    {
        var client = new HttpClient { BaseAddress = new Uri(bridge.Url), Timeout = Eventually.DefaultTimeout };
        if (credentials is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credentials);
        return client;
    }
}
