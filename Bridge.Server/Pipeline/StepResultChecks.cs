using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline;

/// <summary>Finds what is wrong with the messages that steps make.</summary>
/// <param name="limits">The bounds of messages.</param>
/// <param name="isBroker">Tells whether there is a broker with a key.</param>
internal sealed class StepResultChecks(LimitOptions limits, Func<string, bool> isBroker)
{
    /// <summary>So many messages a step may make of one.</summary>
    private const int MostParts = 10_000;

    public bool IsBroker(string key) => isBroker(key);

    /// <returns>What is wrong; null where nothing is.</returns>
    public string? FindProblem(BridgeMessage before, in StepResult result, StepStage stage)
    {
        if (result.Outcome == StepOutcome.Change)
            return FindProblem(before, result.Message!, stage);
        if (result.Outcome != StepOutcome.Split)
            return null;
        if (stage == StepStage.Read)
            return "a value that is read cannot become several";
        if (result.Messages.Count > MostParts)
            return $"made {result.Messages.Count} messages of one; {MostParts} are allowed";

        foreach (var message in result.Messages)
        {
            if (FindProblem(before, message, stage) is { } problem)
                return problem;
        }

        return null;
    }

    private string? FindProblem(BridgeMessage before, BridgeMessage? after, StepStage stage)
    {
        if (after is not { Topic: not null, BrokerKey: not null, UserProperties: not null })
            return "made a message without a topic, a broker key or user properties (null)";
        if (!ReferenceEquals(before.Topic, after.Topic) && FindTopicProblem(before, after, stage) is { } problem)
            return problem;
        if (before.BrokerKey != after.BrokerKey && (stage == StepStage.Read || !isBroker(after.BrokerKey)))
            return stage == StepStage.Read ? "a value that is read stays on its broker" : $"rerouted a message to '{after.BrokerKey}', and there is no such broker";
        if (after.QualityOfService > QualityOfService.ExactlyOnce)
            return $"set a quality of service of {after.QualityOfService}";
        return limits.MaxPayloadBytes > 0 && after.Payload.Length > limits.MaxPayloadBytes
            ? $"made a payload of {after.Payload.Length} bytes, more than Limits:MaxPayloadBytes"
            : null;
    }

    private string? FindTopicProblem(BridgeMessage before, BridgeMessage after, StepStage stage)
    {
        if (stage == StepStage.Read && before.Topic != after.Topic)
            return "a value that is read stays on its topic";
        if (limits.HasTooManyLevels(after.Topic))
            return "made a topic with more levels than Limits:MaxTopicLevels";
        return TopicName.Check(after.Topic) is { } wrong ? $"made a topic that is none: {wrong}" : null;
    }
}
