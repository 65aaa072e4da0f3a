using System.Net;
using System.Net.Http.Json;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server;
using Bridge.Server.Pipeline;
using Bridge.Tests.Brokers;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Pipeline;

/// <summary>A bridge with steps, and links to one real broker under the keys <c>plant</c> and <c>other</c>.</summary>
internal static class StepHost
{
    public const string OtherKey = "other";

    /// <summary>
    /// Starts it with a step of code, and waits until its links are up. The step has time, however busy the machine is.
    /// </summary>
    public static Task<BridgeHost> StartAsync(MosquittoBroker broker, LambdaStep step, Action<StepOptions>? configure = null) =>
        StartAsync(broker, [], services =>
        {
            services.AddSingleton(step);
            new BridgeBuilder(services).AddStep<LambdaStep>(options =>
            {
                options.TimeoutMilliseconds = 10_000;
                configure?.Invoke(options);
            });
        });

    /// <summary>Starts it with steps of its configuration, each setting below <c>Bridge:Pipeline</c>.</summary>
    public static async Task<BridgeHost> StartAsync(
        MosquittoBroker broker, IEnumerable<(string Key, string? Value)> settings, Action<IServiceCollection>? services = null)
    {
        var host = await BridgeHost.StartAsync(SettingsOf(broker, settings), services);
        try
        {
            await host.WaitForStateAsync(LinkHost.Key, BrokerState.Connected);
            await host.WaitForStateAsync(OtherKey, BrokerState.Connected);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public static IEnumerable<KeyValuePair<string, string?>> SettingsOf(MosquittoBroker broker, IEnumerable<(string Key, string? Value)> settings) => TestAccess.OrEverybody(
    [
        .. BrokerSettings.Of(LinkHost.Key, broker),
        // What it gets by itself is not what these tests are about.
        .. BrokerSettings.Of(OtherKey, broker, ("Topics:0", "of/other")),
        .. settings.Select(setting => KeyValuePair.Create($"Bridge:Pipeline:{setting.Key}", setting.Value)),
    ]);

    /// <summary>Has the bridge publish all of these over its other link, in this order and in a moment.</summary>
    public static async Task PublishAsync(this BridgeHost host, IEnumerable<(string Topic, string Message)> messages)
    {
        using var response = await host.Client.PostAsJsonAsync(
            new Uri("/publish", UriKind.Relative), messages.Select(message => new { brokerKey = OtherKey, topic = message.Topic, message = message.Message }));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    public static async Task<StepInfo> StepAsync(this BridgeHost host, string name) => (await host.StepsAsync()).Steps.Single(step => step.Name == name);

    public static async Task<StepsInfo> StepsAsync(this BridgeHost host) =>
        (await host.Client.GetFromJsonAsync<StepsInfo>(new Uri("/steps", UriKind.Relative)))!;
}
