using System.Collections.Concurrent;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Limits;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A step that a file of JavaScript makes. Each broker has an engine of its own, made when its first message comes.</summary>
internal sealed partial class ScriptStep : MessageStep, IAbandonable
{
    /// <summary>More brokers than anybody has; beyond it the one that was quiet for the longest time begins anew.</summary>
    private const int MostEngines = 256;

    /// <summary>How often it is told of one broker that its engine begins anew; a script may need that for every message.</summary>
    private const double RenewalsPerSecond = 0.1;

    private readonly ScriptProgram _program;
    private readonly StepOptions _options;
    private readonly ScriptLimitOptions _limits;
    private readonly ScriptConsole _console;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly RateLimit<string> _renewals;
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);
    private ScriptEngine? _first;

    /// <param name="program">The script.</param>
    /// <param name="options">Its placement.</param>
    /// <param name="limits">What a call may take.</param>
    /// <param name="first">The engine that it was loaded in; the first broker gets it.</param>
    /// <param name="console">Where it writes.</param>
    /// <param name="logger">Where it is told when an engine is made anew.</param>
    /// <param name="time">The clock.</param>
    public ScriptStep(
        ScriptProgram program, StepOptions options, ScriptLimitOptions limits, ScriptEngine first, ScriptConsole console, ILogger logger, TimeProvider time)
    {
        (_program, _options, _limits, _first, _console, _logger, _time) = (program, options, limits, first, console, logger, time);
        _renewals = new(RenewalsPerSecond, most: 1, time);
        _timeout = TimeSpan.FromMilliseconds(options.TimeoutMilliseconds);
    }

    /// <summary>How many engines there are.</summary>
    internal int Engines => _places.Count;

    /// <inheritdoc/>
    public override ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) => Call(message, context);

    /// <inheritdoc/>
    public override ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) => Call(message, context);

    /// <inheritdoc/>
    public override ValueTask<StepResult> OnReadAsync(BridgeMessage message, StepContext context) => Call(message, context);

    /// <summary>Drops the broker's engine. Who waits for it waits in vain; who comes gets another.</summary>
    public void Abandon(string brokerKey)
    {
        if (!_places.TryRemove(brokerKey, out var place))
            return;

        place.Engine?.Abandon();
        Log.Abandoned(_logger, _options.Name, brokerKey);
    }

    private StepResult Call(BridgeMessage message, StepContext context)
    {
        var place = _places.TryGetValue(message.BrokerKey, out var known) ? known : Add(message.BrokerKey);
        if (!place.Gate.TryEnter(_timeout))
            throw new StepOverrunException($"{_program.Path}: waited {_options.TimeoutMilliseconds} ms for the engine of broker {message.BrokerKey} (timeoutMilliseconds of the step)");

        try
        {
            (place.IsBusy, place.Used) = (true, _time.GetTimestamp());
            place.Engine ??= Interlocked.Exchange(ref _first, null) ?? new(_program, _limits, _console, _time);
            return place.Engine.Call(message, context, _timeout);
        }
        finally
        {
            if (place.Engine?.Spent is { } reason)
            {
                place.Engine = null;
                if (_renewals.TryTake(message.BrokerKey) is null)
                    Log.Renewed(_logger, _options.Name, message.BrokerKey, reason);
            }

            place.IsBusy = false;
            place.Gate.Exit();
        }
    }

    private Place Add(string brokerKey)
    {
        var place = _places.GetOrAdd(brokerKey, _ => new() { Used = _time.GetTimestamp() });
        if (_places.Count > MostEngines && _places.Where(other => !other.Value.IsBusy && other.Key != brokerKey).MinBy(other => other.Value.Used) is { Key: { } oldest }
            && _places.TryRemove(oldest, out _))
            Log.Renewed(_logger, _options.Name, oldest, $"there are {MostEngines} others");
        return place;
    }

    /// <summary>Where an engine is, or will be.</summary>
    private sealed class Place
    {
        private volatile bool _isBusy;

        public Lock Gate { get; } = new();

        public ScriptEngine? Engine { get; set; }

        /// <summary>Whether a call is under way.</summary>
        public bool IsBusy
        {
            get => _isBusy;
            set => _isBusy = value;
        }

        public long Used { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(12110, LogLevel.Warning, "Step {Step}: the engine of broker {BrokerKey} begins anew, without what it knew: {Reason}")]
        public static partial void Renewed(ILogger logger, string step, string brokerKey, string reason);

        [LoggerMessage(12111, LogLevel.Warning, "Step {Step}: the engine of broker {BrokerKey} begins anew, without what it knew: a call of it does not end")]
        public static partial void Abandoned(ILogger logger, string step, string brokerKey);
    }
}
