using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline;

/// <summary>
/// The steps that there are, and the ways of messages through them. When settings or files change it has other steps, and those that did not
/// change go on with what they know.
/// </summary>
internal sealed partial class StepPipeline : IReconfigurable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly StepComposition _composition;
    private readonly StepLaneSettings _settings;
    private readonly ILogger _logger;
    private readonly Dictionary<(string BrokerKey, StepStage Stage), StepLane> _lanes = [];
    private BridgeOptions _options;
    private int _rebuilt;
    private volatile IReadOnlyList<PipelineStep> _steps = [];
    private volatile bool _hasLanes;

    /// <exception cref="BridgeConfigurationException">A step cannot be used.</exception>
    public StepPipeline(
        BridgeOptions options, IEnumerable<IStepSource> sources, StepResultChecks checks, StepProblems problems, TimeProvider time, ILogger<StepPipeline> logger)
    {
        (_options, _logger) = (options, logger);
        _settings = new StepLaneSettings(options.Pipeline.QueueMessages, options.Pipeline.QueueBytes, checks, problems, time);
        _composition = new StepComposition([.. sources], _settings, logger);
        lock (_gate)
        {
            _composition.OnChange(Rebuild);
            Use(_composition.Compose(options, _steps, isStart: true));
        }
    }

    /// <summary>The steps, in the order in which they run.</summary>
    public IReadOnlyList<PipelineStep> Steps => _steps;

    /// <summary>What is wrong with what is not used, by the file that it is in.</summary>
    public IReadOnlyDictionary<string, string> Problems => _composition.Problems;

    /// <summary>The ways that there are.</summary>
    public IReadOnlyList<StepLane> Lanes
    {
        get
        {
            lock (_gate)
                return [.. _lanes.Values];
        }
    }

    public Func<Task> Prepare(BridgeOptions options)
    {
        int rebuilt;
        IReadOnlyList<PipelineStep> steps;
        lock (_gate)
            (rebuilt, steps) = (_rebuilt, _composition.Compose(options, _steps));
        return () =>
        {
            lock (_gate)
            {
                _options = options;
                if (rebuilt == _rebuilt)
                    Use(steps);
                else
                    // A file has changed since.
                    Rebuild();
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>The way of a broker's messages; its thread begins with the first message that a step wants.</summary>
    public StepLane LaneOf(string brokerKey, StepStage stage)
    {
        lock (_gate)
        {
            _hasLanes |= stage != StepStage.Message;
            if (!_lanes.TryGetValue((brokerKey, stage), out var lane))
                _lanes.Add((brokerKey, stage), lane = new StepLane(brokerKey, stage, ChainOf(_steps, brokerKey, stage), _settings));
            return lane;
        }
    }

    /// <summary>The same; null where no step wants such messages. Clients can name brokers without end: those that are none have no ways.</summary>
    public StepLane? FindLane(string brokerKey, StepStage stage)
    {
        foreach (var step in _steps)
        {
            if (step.Serves(brokerKey, stage) && _settings.Checks.IsBroker(brokerKey))
                return LaneOf(brokerKey, stage);
        }

        if (!_hasLanes)
            return null;

        // Where a step did until now, what is still with it must not be overtaken.
        lock (_gate)
            return _lanes.GetValueOrDefault((brokerKey, stage)) is { Count: > 0 } lane ? lane : null;
    }

    /// <summary>Ends the ways of a broker that is no more.</summary>
    public void Close(string brokerKey)
    {
        foreach (var stage in Enum.GetValues<StepStage>())
        {
            StepLane? lane;
            lock (_gate)
                _lanes.Remove((brokerKey, stage), out lane);
            lane?.Dispose();
        }

        foreach (var step in _steps)
            step.Shadow?.Close(brokerKey);
    }

    /// <summary>Completes when what has come so far on a way is through the steps.</summary>
    public Task WhenSettledAsync(StepStage stage, CancellationToken cancellationToken) =>
        Task.WhenAll(Lanes.Where(lane => lane.Stage == stage).Select(lane => lane.WhenSettledAsync())).WaitAsync(cancellationToken);

    public void Dispose()
    {
        foreach (var lane in Lanes)
            lane.Dispose();
        foreach (var step in _steps)
            step.Shadow?.Dispose();
    }

    private void Rebuild()
    {
        lock (_gate)
        {
            _rebuilt++;
            try
            {
                Use(_composition.Compose(_options, _steps));
            }
            catch (BridgeConfigurationException exception)
            {
                foreach (var error in exception.Errors)
                    Log.NotUsed(_logger, error);
            }
        }
    }

    private void Use(IReadOnlyList<PipelineStep> steps)
    {
        lock (_gate)
        {
            var before = _steps;
            foreach (var ((brokerKey, stage), lane) in _lanes)
                lane.Change(ChainOf(steps, brokerKey, stage));
            // Behind the ways: steps that are shown get what comes from now on.
            _steps = steps;
            foreach (var gone in before.Except(steps))
                gone.Shadow?.Dispose();
            if (!before.SequenceEqual(steps))
                Log.Used(_logger, string.Join(", ", steps.Select(Describe).DefaultIfEmpty("none")));
        }
    }

    private static string Describe(PipelineStep step) => step.Shadow is { } shadow ? $"{step.Name} (with {shadow.Step.Name} in its shadow)" : step.Name;

    private static PipelineStep[] ChainOf(IEnumerable<PipelineStep> steps, string brokerKey, StepStage stage) =>
        [.. steps.Where(step => step.Serves(brokerKey, stage))];

    private static partial class Log
    {
        [LoggerMessage(12006, LogLevel.Information, "The steps between brokers and clients are now: {Steps}")]
        public static partial void Used(ILogger logger, string steps);

        [LoggerMessage(12007, LogLevel.Error, "The changed steps are not used: {Error}")]
        public static partial void NotUsed(ILogger logger, string error);
    }
}
