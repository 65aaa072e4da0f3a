namespace Bridge.Server.Pipeline.Ready;

/// <summary>The message gets another topic. Messages whose topic does not match go on as they are.</summary>
public sealed class RenameOptions
{
    /// <summary>The topic filter (MQTT 5 §4.7) of the topics that are renamed.</summary>
    public string From { get; set; } = "";

    /// <summary>
    /// The new topic. <c>{1}</c>, <c>{2}</c> are what the wildcards of <c>From</c> matched, in order. Where <c>#</c> matched nothing, a level
    /// that is only it is left out.
    /// </summary>
    public string To { get; set; } = "";

    /// <summary>The key of the broker that it goes to. Default: its own.</summary>
    public string? ToBroker { get; set; }
}
