using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>What a step made of a message, to be compared.</summary>
/// <param name="End">What became of it.</param>
/// <param name="Messages">What goes on.</param>
/// <param name="Reason">Why it was rejected, or what failed; not compared.</param>
internal sealed record ShadowOutcome(StepEnd End, IReadOnlyList<BridgeMessage> Messages, string? Reason)
{
    private const int MostCharacters = 200;
    private const int MostMessages = 3;

    public static ShadowOutcome Of(BridgeMessage message, in StepResult result, Exception? failure) => failure is not null
        ? new(StepEnd.Failed, [], failure.Message)
        : result.Outcome switch
        {
            StepOutcome.Pass => new(StepEnd.WentOn, [message], null),
            StepOutcome.Change => new(StepEnd.WentOn, [result.Message!], null),
            StepOutcome.Split when result.Messages.Count > 0 => new(StepEnd.WentOn, result.Messages, null),
            StepOutcome.Reject => new(StepEnd.Rejected, [], result.Reason),
            _ => new(StepEnd.Dropped, [], null),
        };

    public bool IsSameAs(ShadowOutcome other) =>
        End == other.End && Messages.Count == other.Messages.Count && Messages.Zip(other.Messages).All(pair => IsSame(pair.First, pair.Second));

    public override string ToString() => End switch
    {
        StepEnd.Dropped => "dropped",
        StepEnd.Rejected => $"rejected: {Shorten(Reason)}",
        StepEnd.Failed => $"failed: {Shorten(Reason)}",
        _ => string.Join("; ", Messages.Take(MostMessages).Select(Describe)) + (Messages.Count > MostMessages ? $"; and {Messages.Count - MostMessages} more" : ""),
    };

    private static bool IsSame(BridgeMessage one, BridgeMessage other) =>
        ReferenceEquals(one, other)
        || (one.BrokerKey == other.BrokerKey
            && one.Topic == other.Topic
            && one.Payload.Span.SequenceEqual(other.Payload.Span)
            && one.QualityOfService == other.QualityOfService
            && one.Retain == other.Retain
            && one.ContentType == other.ContentType
            && one.ResponseTopic == other.ResponseTopic
            && one.CorrelationData.GetValueOrDefault().Span.SequenceEqual(other.CorrelationData.GetValueOrDefault().Span)
            && one.ExpiresAt == other.ExpiresAt
            && one.UserProperties.SequenceEqual(other.UserProperties));

    private static string Describe(BridgeMessage message) => $"{message.BrokerKey}, {message.Topic}: {Shorten(message.GetText())}";

    private static string Shorten(string? text) => text is { Length: > MostCharacters } ? $"{text[..MostCharacters]}…" : text ?? "";
}
