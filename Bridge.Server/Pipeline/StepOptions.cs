namespace Bridge.Server.Pipeline;

/// <summary>Which messages a step processes, and what becomes of them when it cannot.</summary>
public class StepOptions
{
    /// <summary>What the step is called in <c>/steps</c>, metrics and logs; unique, 1 to 64 of <c>[A-Za-z0-9._-]</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The broker's key, or <c>*</c> for all. Default <c>*</c>.</summary>
    public string Broker { get; set; } = AnyBroker;

    /// <summary>The topic filters; a message that one of them matches is processed. By default all, but for those that begin with <c>$</c>.</summary>
    public List<string> Topics { get; set; } = ["#"];

    /// <summary>
    /// Steps run in this order, lower first; those of the same order as they are registered: in code, in the configuration, scripts by their
    /// files' names. Default 0.
    /// </summary>
    public int Order { get; set; }

    /// <summary>What becomes of a message when the step throws, is too slow, or is suspended because it was. Default block.</summary>
    public StepFailureAction OnFailure { get; set; }

    /// <summary>How long the step may take for one message, in milliseconds, 1 to 60,000. Default 500.</summary>
    public int TimeoutMilliseconds { get; set; } = 500;

    /// <summary>
    /// The name of the step that this one is a new version of: it runs beside it, on the same messages, and its results are only compared.
    /// Its own broker, topics, order and action on failure do not count then. Default none.
    /// </summary>
    public string? ShadowOf { get; set; }

    /// <summary>Stands for every broker.</summary>
    internal const string AnyBroker = "*";
}

/// <summary>What becomes of a message that a step failed on.</summary>
public enum StepFailureAction
{
    /// <summary>It goes no further; who published or asked for it gets <c>step_rejected</c>.</summary>
    Block,

    /// <summary>It goes on as if the step was not there.</summary>
    Bypass,
}
