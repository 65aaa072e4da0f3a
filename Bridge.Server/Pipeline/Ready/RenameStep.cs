using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="RenameOptions"/>
internal sealed class RenameStep(RenameOptions options) : ReadyStep
{
    private readonly TopicFilter _from = TopicFilter.Parse(options.From);
    private readonly TopicPattern _to = TopicPattern.Parse(options.To);

    public static void Check(RenameOptions options, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        var from = TopicFilter.TryParse(options.From, out var problem);
        if (from is null)
            checks.Fail(nameof(options.From), problem!);

        var to = TopicPattern.TryParse(options.To, out problem);
        if (to is null)
            checks.Fail(nameof(options.To), problem!);
        else if (from is not null && to.MostIndex > TopicCaptures.Count(from))
            checks.Fail(nameof(options.To), $"has {{{to.MostIndex}}}, and From has {TopicCaptures.Count(from)} wildcards");

        if (options.ToBroker is { } broker && !brokerKeys.Contains(broker))
            checks.Fail(nameof(options.ToBroker), $"there is no broker '{broker}'");
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (!_from.Matches(message.Topic))
            return StepResult.Pass;

        var topic = _to.Fill(TopicCaptures.Of(_from, message.Topic));
        return TopicName.Check(topic) is { } problem
            ? StepResult.Reject($"Its new topic cannot be used: {problem}")
            : StepResult.Change(message with { Topic = topic, BrokerKey = options.ToBroker ?? message.BrokerKey });
    }
}
