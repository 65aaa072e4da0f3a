using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="DeadbandOptions"/>
internal sealed class DeadbandStep(DeadbandOptions options, TimeProvider time) : ReadyStep
{
    private readonly JsonPath? _path = options.Path is { } path ? JsonPathParser.Parse(path) : null;
    private readonly TopicMemory<Sent> _sent = new(options.MaxTopics);
    private readonly TimeSpan _maxSilence = options.MaxSilenceSeconds > 0 ? TimeSpan.FromSeconds(options.MaxSilenceSeconds) : TimeSpan.MaxValue;

    public static void Check(DeadbandOptions options, OptionsChecks checks)
    {
        if (options.Path is { } path && JsonPathParser.TryParse(path, out var problem) is null)
            checks.Fail(nameof(options.Path), problem!);
        if (options.Absolute is null == options.Percent is null)
            checks.Fail(nameof(options.Absolute), "exactly one of Absolute and Percent must be set");
        checks.Range(nameof(options.Absolute), options.Absolute ?? 0, 0, double.MaxValue);
        checks.Range(nameof(options.Percent), options.Percent ?? 0, 0, 1_000_000);
        checks.Range(nameof(options.MaxSilenceSeconds), options.MaxSilenceSeconds, 0, 31_536_000);
        checks.Range(nameof(options.MaxTopics), options.MaxTopics, 1, 10_000_000);
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        var topic = TopicKey.Of(message, stage);
        var isNumber = TryRead(message.Payload.Span, out var number);
        var now = time.GetTimestamp();
        lock (_sent.Gate)
        {
            // Whoever was shown something else is shown the next number, even if it is the one from before.
            if (!isNumber)
            {
                _sent.Forget(topic);
                return StepResult.Pass;
            }

            ref var sent = ref _sent.Get(topic, out var isKnown);
            if (isKnown && !HasChanged(number, sent.Number) && time.GetElapsedTime(sent.At, now) < _maxSilence)
                return StepResult.Drop;

            sent = new Sent(number, now);
            return StepResult.Pass;
        }
    }

    private bool TryRead(ReadOnlySpan<byte> payload, out Reading number)
    {
        number = default;
        return _path is null
            ? Reading.TryParse(payload, out number)
            : _path.TryFind(payload, out var value) && Reading.TryParse(payload, value, out number);
    }

    private bool HasChanged(Reading number, Reading sent) => options.Absolute is { } absolute
        ? number.DiffersByMoreThan(absolute, sent)
        : number.DiffersByMoreThanPercent(options.Percent!.Value, sent);

    private readonly record struct Sent(Reading Number, long At);
}
