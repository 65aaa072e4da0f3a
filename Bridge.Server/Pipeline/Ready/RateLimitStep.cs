using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Limits;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="RateLimitOptions"/>
internal sealed class RateLimitStep(RateLimitOptions options, TimeProvider time) : ReadyStep
{
    private const double NanosecondsPerSecond = 1_000_000_000;

    // Not Limits.RateLimit: that one forgets nobody before his bucket is full again, which may take hours here, and topics are for anybody to make.
    private readonly TopicMemory<RateBucket> _buckets = new(options.MaxTopics);
    private readonly long _cost = (long)(NanosecondsPerSecond / options.PerSecond);
    private readonly long _began = time.GetTimestamp();

    private long Now => time.GetElapsedTime(_began).Ticks * TimeSpan.NanosecondsPerTick;

    public static void Check(RateLimitOptions options, OptionsChecks checks)
    {
        checks.Range(nameof(options.PerSecond), options.PerSecond, 0.001, 1_000_000);
        checks.Range(nameof(options.Burst), options.Burst, 1, 1_000_000);
        checks.Range(nameof(options.MaxTopics), options.MaxTopics, 1, 10_000_000);
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (IsDeletion(message))
            return StepResult.Pass;

        var now = Now;
        lock (_buckets.Gate)
        {
            var bucket = _buckets.Get(TopicKey.Of(message, stage), out _) ??= new RateBucket(now);
            return bucket.TryTake(now, _cost, _cost * options.Burst) == 0 ? StepResult.Pass : StepResult.Drop;
        }
    }
}
