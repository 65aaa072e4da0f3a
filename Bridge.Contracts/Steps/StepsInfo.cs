using System.Text.Json.Serialization;
using Bridge.Contracts.Wire;

namespace Bridge.Contracts.Steps;

/// <summary>What <c>GET /steps</c> tells of the processing steps.</summary>
public sealed record class StepsInfo
{
    /// <summary>The steps, in the order in which they run.</summary>
    public IReadOnlyList<StepInfo> Steps { get; init; } = [];

    /// <summary>The ways of messages through the steps, by broker and stage.</summary>
    public IReadOnlyList<StepLaneInfo> Lanes { get; init; } = [];

    /// <summary>What is wrong with files that are not used, or of which an older version is, by file.</summary>
    public IReadOnlyDictionary<string, string> Problems { get; init; } = new Dictionary<string, string>();
}

/// <summary>A processing step, and how it does.</summary>
public sealed record class StepInfo
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it comes from: <c>code</c>, <c>plugin</c>, <c>ready</c> or <c>script</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Tells one version from another; null where it has none.</summary>
    public string? Version { get; init; }

    /// <summary>The broker's key, or <c>*</c> for all.</summary>
    public string Broker { get; init; } = "";

    /// <summary>The topic filters of its messages.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>On which ways it processes messages: <c>message</c>, <c>publish</c>, <c>read</c>.</summary>
    public IReadOnlyList<string> On { get; init; } = [];

    /// <summary>What becomes of a message when it fails: <c>block</c> or <c>bypass</c>.</summary>
    public string OnFailure { get; init; } = "";

    /// <summary>How long it may take for a message, in milliseconds.</summary>
    public int TimeoutMilliseconds { get; init; }

    /// <summary>How many messages ended how: passed, changed, dropped, split, rejected, failed, overran, suspended.</summary>
    public IReadOnlyDictionary<string, long> Calls { get; init; } = new Dictionary<string, long>();

    /// <summary>How long a call takes on average, in microseconds; 0 before the first.</summary>
    public double MeanMicroseconds { get; init; }

    /// <summary>How long the longest took, in microseconds.</summary>
    public double MaxMicroseconds { get; init; }

    /// <summary>For how many topics it is not called now, because it took too long; -1 for all.</summary>
    public int SuspendedTopics { get; init; }

    /// <summary>How many threads hang in it.</summary>
    public int Stuck { get; init; }

    /// <summary>What went wrong last; null where nothing did.</summary>
    public StepProblemInfo? LastProblem { get; init; }

    /// <summary>The new version of it whose results are only compared; null where there is none.</summary>
    public StepShadowInfo? Shadow { get; init; }
}

/// <summary>Something that went wrong in a step, or a message that it rejected.</summary>
public sealed record class StepProblemInfo
{
    /// <summary>When, in UTC.</summary>
    [JsonConverter(typeof(TimestampJsonConverter))]
    public DateTimeOffset At { get; init; }

    /// <summary>The message's broker.</summary>
    public string BrokerKey { get; init; } = "";

    /// <summary>The message's topic.</summary>
    public string Topic { get; init; } = "";

    /// <summary>What.</summary>
    public string Text { get; init; } = "";
}

/// <summary>A new version of a step on live traffic.</summary>
public sealed record class StepShadowInfo
{
    /// <summary>The new version, as a step.</summary>
    public StepInfo Step { get; init; } = new();

    /// <summary>How many messages were compared.</summary>
    public long Compared { get; init; }

    /// <summary>How many of them became something else.</summary>
    public long Different { get; init; }

    /// <summary>How many were not compared, because it cannot keep up.</summary>
    public long Skipped { get; init; }

    /// <summary>The last that became something else, the newest last; at most 10.</summary>
    public IReadOnlyList<StepDifferenceInfo> Differences { get; init; } = [];
}

/// <summary>A message that became something else in a new version of a step.</summary>
public sealed record class StepDifferenceInfo
{
    /// <summary>When, in UTC.</summary>
    [JsonConverter(typeof(TimestampJsonConverter))]
    public DateTimeOffset At { get; init; }

    /// <summary>The message's broker.</summary>
    public string BrokerKey { get; init; } = "";

    /// <summary>The message's topic.</summary>
    public string Topic { get; init; } = "";

    /// <summary>What it became in the step, shortened.</summary>
    public string Expected { get; init; } = "";

    /// <summary>What it became in the new version, shortened.</summary>
    public string Actual { get; init; } = "";
}

/// <summary>The way of one broker's messages through the steps.</summary>
public sealed record class StepLaneInfo
{
    /// <summary>The broker.</summary>
    public string BrokerKey { get; init; } = "";

    /// <summary><c>message</c>, <c>publish</c> or <c>read</c>.</summary>
    public string On { get; init; } = "";

    /// <summary>How many messages are on it now.</summary>
    public int Waiting { get; init; }

    /// <summary>How many messages were left out or refused, because too many waited.</summary>
    public long LeftOut { get; init; }
}
