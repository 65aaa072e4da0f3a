using Bridge.Server.Brokers;
using Bridge.Server.Pipeline;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Configuration;

/// <summary>
/// Has changed settings used without a restart, by all parts or by none: the whole configuration is read and checked, each part makes
/// ready, and only when nobody refuses do they change, one after the other. What cannot be used is told, and everything stays as it was.
/// </summary>
internal sealed partial class ConfigurationReload : IHostedService, IDisposable
{
    /// <summary>One edit may be told of several times, and may change several files: it has ended when nothing changed for so long.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    private readonly BridgeOptions _started;
    private readonly Func<BridgeOptions> _load;
    private readonly List<IReconfigurable> _parts;
    private readonly SettingsFiles _files;
    private readonly ILogger<ConfigurationReload> _logger;
    private readonly ITimer _quiet;
    private readonly IDisposable _changes;
    private readonly SemaphoreSlim _turn = new(1);
    private string _toldToRestart = "";

    public ConfigurationReload(
        BridgeOptions started,
        Func<BridgeOptions> load,
        IEnumerable<IReconfigurable> parts,
        IConfiguration configuration,
        TimeProvider time,
        ILogger<ConfigurationReload> logger)
    {
        (_started, _load, _parts, _logger) = (started, load, [.. parts], logger);
        _files = new SettingsFiles(configuration);
        _quiet = time.CreateTimer(_ => _ = ReloadAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => _quiet.Change(Quiet, Timeout.InfiniteTimeSpan));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Completes when a change that is being made is made.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        await _turn.WaitAsync(cancellationToken);
        _turn.Release();
    }

    public void Dispose()
    {
        _changes.Dispose();
        _quiet.Dispose();
    }

    private async Task ReloadAsync()
    {
        await _turn.WaitAsync();
        try
        {
            foreach (var change in Prepare())
                await change();
            Log.Used(_logger);
        }
        catch (BridgeConfigurationException exception)
        {
            foreach (var error in exception.Errors)
                Log.NotUsed(_logger, error);
        }
        // A key file that went away just now, say.
        catch (Exception exception)
        {
            Log.NotUsed(_logger, exception.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Does all that can fail.</summary>
    private List<Func<Task>> Prepare()
    {
        var options = Load();
        List<Func<Task>> changes = [.. _parts.Select(part => part.Prepare(options))];
        _files.Accept();
        TellWhatNeedsRestart(options);
        return changes;
    }

    private void ThrowIfBroken()
    {
        if (_files.FindProblems().ToList() is { Count: > 0 } problems)
            throw new BridgeConfigurationException(problems);
    }

    private BridgeOptions Load()
    {
        // Before and after: a broken file may be put right while the others are read, and what was read is then what it lacked.
        ThrowIfBroken();
        BridgeOptions? options = null;
        string[] errors = [];
        try
        {
            options = _load();
        }
        catch (BridgeConfigurationException exception)
        {
            errors = [.. exception.Errors];
        }

        // What was read may be what was left of a broken file, and the mistakes no more than what that lacks.
        ThrowIfBroken();
        if (options is null)
            throw new BridgeConfigurationException(errors);

        EmbeddedBroker.Keep(_started, options);
        return options;
    }

    private void TellWhatNeedsRestart(BridgeOptions options)
    {
        var settings = OptionsComparison.Differences(_started, options, BridgeOptions.Section).Where(path => !CanChange(path));
        var told = string.Join(", ", settings);
        if (told.Length > 0 && told != _toldToRestart)
            Log.NeedsRestart(_logger, told);
        _toldToRestart = told;
    }

    private static bool CanChange(string path) =>
        path.StartsWith($"{BridgeOptions.Section}:{nameof(BridgeOptions.Brokers)}:", StringComparison.Ordinal)
        || path.StartsWith($"{BridgeOptions.Section}:{nameof(BridgeOptions.Access)}:", StringComparison.Ordinal)
        || path == $"{BridgeOptions.Section}:{nameof(BridgeOptions.Pipeline)}:{nameof(PipelineOptions.Steps)}";

    private static partial class Log
    {
        [LoggerMessage(10001, LogLevel.Information, "The configuration was read again")]
        public static partial void Used(ILogger logger);

        [LoggerMessage(10002, LogLevel.Error, "The changed configuration is not used: {Error}")]
        public static partial void NotUsed(ILogger logger, string error);

        [LoggerMessage(10003, LogLevel.Warning, "Changed, and not used before the bridge is restarted: {Settings}")]
        public static partial void NeedsRestart(ILogger logger, string settings);
    }
}
