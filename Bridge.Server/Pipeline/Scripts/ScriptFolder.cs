using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>The scripts of a folder. It is looked at once a second; what is the same in two looks counts, since editors write in parts.</summary>
internal sealed partial class ScriptFolder : IStepSource, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _contentRoot;
    private readonly ILogger _logger;
    private readonly ScriptLoader _loader;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    private PipelineOptions? _options;
    private SortedDictionary<string, ScriptFile> _seen = new(StringComparer.Ordinal);
    private SortedDictionary<string, ScriptFile> _taken = new(StringComparer.Ordinal);
    private SortedDictionary<string, StepDefinition> _steps = new(StringComparer.Ordinal);
    private Dictionary<string, string> _problems = new(StringComparer.Ordinal);

    /// <param name="contentRoot">What the folder is relative to.</param>
    /// <param name="logger">Where it is told what was refused; also what scripts write goes there.</param>
    /// <param name="time">The clock.</param>
    public ScriptFolder(string contentRoot, ILogger<ScriptFolder> logger, TimeProvider time)
    {
        (_contentRoot, _logger, _loader) = (contentRoot, logger, new(logger, time));
        _timer = time.CreateTimer(_ => Look(), null, Pause, Pause);
    }

    /// <inheritdoc/>
    public Action? Changed { get; set; }

    /// <summary>The files that cannot be used as they are now, and why.</summary>
    public IReadOnlyDictionary<string, string> Problems
    {
        get
        {
            lock (_gate)
                return _problems;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StepDefinition> Find(PipelineOptions options, IReadOnlyList<StepDefinition> current)
    {
        lock (_gate)
        {
            if (_options is not { } before || !IsSame(before, options))
                Begin(options);
            _options = options;
            return [.. _steps.Values];
        }
    }

    public void Dispose() => _timer.Dispose();

    private static bool IsSame(PipelineOptions one, PipelineOptions other) =>
        one.Scripts == other.Scripts && one.ScriptLimits.Statements == other.ScriptLimits.Statements
        && one.ScriptLimits.MemoryBytes == other.ScriptLimits.MemoryBytes && one.ScriptLimits.CallDepth == other.ScriptLimits.CallDepth;

    /// <summary>Loads all of it, or nothing.</summary>
    /// <exception cref="BridgeConfigurationException">The folder cannot be read, or a file cannot be used.</exception>
    private void Begin(PipelineOptions options)
    {
        SortedDictionary<string, ScriptFile> files;
        try
        {
            files = Read(options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BridgeConfigurationException([$"{BridgeOptions.Section}:{nameof(BridgeOptions.Pipeline)}:{nameof(options.Scripts)}: {exception.Message}"]);
        }

        var steps = new SortedDictionary<string, StepDefinition>(StringComparer.Ordinal);
        var errors = new List<string>();
        foreach (var (name, file) in files)
        {
            try
            {
                steps[name] = _loader.Load(file, options.ScriptLimits);
            }
            catch (ScriptLoadException exception)
            {
                errors.AddRange(exception.Errors);
            }
        }

        if (errors.Count > 0)
            throw new BridgeConfigurationException(errors);
        (_seen, _taken, _steps, _problems) = (files, new(files, StringComparer.Ordinal), steps, []);
    }

    private void Look()
    {
        var isChanged = false;
        lock (_gate)
        {
            if (_options is not { } options)
                return;

            try
            {
                isChanged = Take(Read(options), options.ScriptLimits);
                Clear(options.Scripts);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The folder itself: its steps stay, and the next look may find it again.
                if (!_problems.ContainsKey(options.Scripts))
                    Refuse(options.Scripts, exception.Message);
            }
        }

        if (isChanged)
            Changed?.Invoke();
    }

    private bool Take(SortedDictionary<string, ScriptFile> files, ScriptLimitOptions limits)
    {
        var before = Interlocked.Exchange(ref _seen, files);
        var isChanged = false;
        foreach (var name in files.Keys.Union(_taken.Keys, StringComparer.Ordinal).ToList())
        {
            var file = files.GetValueOrDefault(name);
            if (IsSame(file, before.GetValueOrDefault(name)) && !IsSame(file, _taken.GetValueOrDefault(name)))
                isChanged |= file is null ? Remove(name) : Load(file, limits);
        }

        return isChanged;
    }

    private bool Remove(string name)
    {
        _taken.Remove(name);
        Clear(name);
        return _steps.Remove(name);
    }

    private bool Load(ScriptFile file, ScriptLimitOptions limits)
    {
        _taken[file.Name] = file;
        try
        {
            var step = _loader.Load(file, limits);
            Clear(file.Name);
            // Back to what it was: that step never ended.
            if (_steps.TryGetValue(file.Name, out var old) && old.Version == step.Version)
                return false;

            _steps[file.Name] = step;
            return true;
        }
        catch (ScriptLoadException exception)
        {
            Refuse(file.Name, exception.Message);
            return false;
        }
    }

    private void Clear(string name)
    {
        if (_problems.ContainsKey(name))
            _problems = _problems.Where(problem => problem.Key != name).ToDictionary(StringComparer.Ordinal);
    }

    private void Refuse(string name, string problem)
    {
        _problems = new(_problems, StringComparer.Ordinal) { [name] = problem };
        Log.Refused(_logger, name, problem);
    }

    private SortedDictionary<string, ScriptFile> Read(PipelineOptions options) =>
        options.Scripts.Length == 0 ? new(StringComparer.Ordinal) : ScriptFile.ReadAll(Path.GetFullPath(options.Scripts, _contentRoot), options.Scripts);

    private static bool IsSame(ScriptFile? one, ScriptFile? other) => one is null || other is null ? one == other : one.IsSameAs(other);

    private static partial class Log
    {
        [LoggerMessage(12100, LogLevel.Error, "The script {File} is not used as it is now; where there was a step of it, that one goes on: {Problem}")]
        public static partial void Refused(ILogger logger, string file, string problem);
    }
}
