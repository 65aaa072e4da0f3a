using Bridge.Server;
using Bridge.Server.FanOut;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Support;

/// <summary>The real bridge in this process, on a real port; an Error log that the test did not allow fails it.</summary>
internal sealed class BridgeHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly WebApplication _app;
    private readonly ChangeableSettings _settings;

    private BridgeHost(WebApplication app, ChangeableSettings settings, LogCapture logs)
    {
        _app = app;
        _settings = settings;
        Logs = logs;
        Url = app.Urls.First(url => url.StartsWith("http:", StringComparison.Ordinal));
        Client = new HttpClient { BaseAddress = new Uri(Url) };
    }

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Url { get; }

    /// <summary><c>https://127.0.0.1:port</c>, where the settings name such an endpoint.</summary>
    public string SecureUrl => _app.Urls.First(url => url.StartsWith("https:", StringComparison.Ordinal));

    public string HubUrl => $"{Url}/hub";

    /// <summary>Its base address is <see cref="Url"/>.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public LogCapture Logs { get; }

    /// <summary>Starts it with these settings and no others.</summary>
    /// <param name="settings">Configuration keys, such as <c>Bridge:Brokers:plant:Url</c>, and their values.</param>
    /// <param name="services">Replaces services, such as <see cref="TimeProvider"/>, after the bridge has added its own.</param>
    /// <param name="environment">By default Production.</param>
    public static async Task<BridgeHost> StartAsync(
        IEnumerable<KeyValuePair<string, string?>> settings, Action<IServiceCollection>? services = null, string? environment = null)
    {
        var logs = new LogCapture();
        var changeable = new ChangeableSettings(TestPersistence.OrNone(environment is null ? TestAccess.OrEverybody(settings) : settings));
        var app = Build(changeable, services, environment ?? Environments.Production, logs);
        try
        {
            await app.StartAsync().WaitAsync(Eventually.DefaultTimeout);
            return new(app, changeable, logs);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="StartAsync(IEnumerable{KeyValuePair{string, string?}}, Action{IServiceCollection}?, string?)"/>
    public static Task<BridgeHost> StartAsync(params (string Key, string? Value)[] settings) =>
        StartAsync(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));

    /// <inheritdoc cref="LogCapture.AllowErrors"/>
    public void AllowErrors(Func<LogEntry, bool> predicate) => Logs.AllowErrors(predicate);

    /// <summary>For how many filters somebody waits at a broker for the next message.</summary>
    public int Watchers(string brokerKey) => Services.GetRequiredService<MessageStreams>().Get(brokerKey).GetStatistics().Watches;

    /// <summary>Replaces all its settings while it runs, as who edits the file, and waits until they are used or refused.</summary>
    public async Task ChangeSettingsAsync(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var before = Readings();
        _settings.Replace(TestPersistence.OrNone(settings));
        // Where its clock stands still, the bridge would wait for ever for the end of the edit.
        (Services.GetRequiredService<TimeProvider>() as FakeTimeProvider)?.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => Readings() > before);

        int Readings() => Logs.Entries.Items.Count(entry => entry.Message is "The configuration was read again" || IsRefusedChange(entry));
    }

    /// <inheritdoc cref="ChangeSettingsAsync(IEnumerable{KeyValuePair{string, string?}})"/>
    public Task ChangeSettingsAsync(params (string Key, string? Value)[] settings) =>
        ChangeSettingsAsync(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));

    /// <summary>Whether it says that changed settings are not used.</summary>
    public static bool IsRefusedChange(LogEntry entry) => entry.Message.StartsWith("The changed configuration is not used", StringComparison.Ordinal);

    /// <summary>Stops it, as a service manager does.</summary>
    public Task StopAsync() => _app.StopAsync().WaitAsync(StopTimeout);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        try
        {
            await StopAsync();
        }
        finally
        {
            await _app.DisposeAsync().AsTask().WaitAsync(StopTimeout);
        }

        Logs.AssertNoUnexpectedErrors();
        Secrets.ShouldNotBeIn(Logs.Entries.Items.Select(entry => entry.ToString()));
    }

    private static WebApplication Build(
        ChangeableSettings settings, Action<IServiceCollection>? services, string environment, LogCapture logs)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(BridgeBuilder).Assembly.GetName().Name,
            ContentRootPath = Repository.Root,
            EnvironmentName = environment,
        });
        // What the machine's environment or a settings file says must not decide a test.
        builder.Configuration.Sources.Clear();
        builder.Configuration.Sources.Add(settings);
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddBridge();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapBridge();
        return app;
    }
}
