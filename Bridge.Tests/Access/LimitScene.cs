using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Access;

/// <summary>
/// The bridge with two users, <c>one</c> and <c>two</c>, whose API keys are their names; a role for both and for those without a name; and
/// clients that say who they are. What was refused is counted.
/// </summary>
internal sealed class LimitScene : IAsyncDisposable
{
    private static readonly string[] Users = ["one", "two"];

    private static readonly string[] Limits =
    [
        "ConnectionsPerUser", "ConnectionsPerAddress", "SubscriptionsPerUser", "SubscribesPerSecond", "ReadsPerSecond",
        "PublishesPerSecond", "PublishBytesPerSecond", "RequestsPerUser",
    ];

    private readonly MeterListener _listener = new();

    private LimitScene(BridgeHost host)
    {
        Host = host;
        (One, Two, Nobody) = (ClientOf("one"), ClientOf("two"), ClientOf(null));
    }

    public BridgeHost Host { get; }

    public HttpClient One { get; }

    public HttpClient Two { get; }

    /// <summary>Without credentials.</summary>
    public HttpClient Nobody { get; }

    /// <summary>Each refusal that was counted: its code, and the limit where it was for one.</summary>
    public Collected<string> Refusals { get; } = new();

    /// <summary>The lines of the audit log that tell of a refusal.</summary>
    public IEnumerable<string> RefusalLines =>
        Host.Logs.Entries.Items.Where(entry => entry is { Category: AuditLog.Category, EventId.Id: 5004 }).Select(entry => entry.Message);

    public static Task<LimitScene> StartAsync(params (string Limit, int Value)[] limits) => StartAsync(null, limits);

    /// <inheritdoc cref="StartAsync(FakeTimeProvider, IEnumerable{ValueTuple{string, string}}, ValueTuple{string, int}[])"/>
    public static Task<LimitScene> StartAsync(FakeTimeProvider? time, params (string Limit, int Value)[] limits) => StartAsync(time, [], limits);

    /// <param name="time">The clock of the limits; null for the system's.</param>
    /// <param name="more">Other settings; they replace those of the scene.</param>
    /// <param name="limits">The limits; all others are off.</param>
    public static async Task<LimitScene> StartAsync(
        FakeTimeProvider? time, IEnumerable<(string Key, string Value)> more, params (string Limit, int Value)[] limits)
    {
        var host = await BridgeHost.StartAsync(
            SettingsOf(limits).Concat(more).ToLookup(setting => setting.Key, setting => (string?)setting.Value).Select(setting => KeyValuePair.Create(setting.Key, setting.Last())),
            time is null ? null : services => UseForLimits(services, time));
        await host.WaitForStateAsync("embedded", BrokerState.Connected);
        var started = new LimitScene(host);
        started.Listen();
        return started;
    }

    /// <summary>Connects to the hub.</summary>
    public Task<HubClient> ConnectAsync(string? user, Action<HttpConnectionOptions>? configure = null, bool messagePack = true) =>
        HubClient.ConnectAsync(Host.HubUrl, messagePack, options =>
        {
            if (user is not null)
                options.AccessTokenProvider = () => Task.FromResult<string?>(user);
            configure?.Invoke(options);
        });

    public static Task<HttpResponseMessage> PublishAsync(HttpClient client, string message = "1", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/publish") { Content = JsonContent.Create(new { brokerKey = "embedded", topic = "t", message }) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PublishAllAsync(HttpClient client, int messages, string message = "1") => client.PostAsJsonAsync(
        "/publish", Enumerable.Range(0, messages).Select(i => new { brokerKey = "embedded", topic = $"t/{i}", message }));

    public static Task<HttpResponseMessage> ReadAsync(HttpClient client, string rest = "") =>
        client.GetAsync(EmbeddedBridge.EventsUri("t/#", rest), HttpCompletionOption.ResponseHeadersRead);

    /// <summary>An answer was refused for a limit, and tells when to come again.</summary>
    /// <returns>The seconds that it tells.</returns>
    public static async Task<int> ShouldBeLimitedAsync(HttpResponseMessage response, string limit, int value, string code = ErrorCodes.RateLimited)
    {
        var detail = await response.ShouldBeProblemAsync(429, code);
        detail.Should().Contain($"Bridge:Limits:{limit} is {value}.");
        return (int)(response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        One.Dispose();
        Two.Dispose();
        Nobody.Dispose();
        await Host.DisposeAsync();
    }

    private static IEnumerable<(string Key, string Value)> SettingsOf((string Limit, int Value)[] limits) =>
    [
        ("Bridge:EmbeddedBroker:Enabled", "true"),
        ("Bridge:EmbeddedBroker:Port", "0"),
        ("Bridge:Access:Anonymous", "all"),
        ("Bridge:Access:Roles:all:Administrator", "true"),
        .. Users.Index().SelectMany(user => new[]
        {
            ($"Bridge:Access:ApiKeys:{user.Index}:Name", user.Item),
            ($"Bridge:Access:ApiKeys:{user.Index}:Hash", ApiKeyHash.Of(user.Item).ToString()),
            ($"Bridge:Access:ApiKeys:{user.Index}:Role", "all"),
        }),
        .. Limits.Except(limits.Select(limit => limit.Limit)).Select(limit => ($"Bridge:Limits:{limit}", "0")),
        .. limits.Select(limit => ($"Bridge:Limits:{limit.Limit}", $"{limit.Value}")),
    ];

    /// <summary>The rest of the bridge goes on with the system's clock: its links wait for it.</summary>
    private static void UseForLimits(IServiceCollection services, FakeTimeProvider time)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<CallerLimits>(provider, time));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<AuditLog>(provider, time));
    }

    private HttpClient ClientOf(string? user)
    {
        var client = new HttpClient { BaseAddress = new Uri(Host.Url), Timeout = Eventually.DefaultTimeout };
        if (user is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", user);
        return client;
    }

    private void Listen()
    {
        var meters = Host.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "bridge.refusals")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Refusals.Add(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        _listener.Start();
    }
}
