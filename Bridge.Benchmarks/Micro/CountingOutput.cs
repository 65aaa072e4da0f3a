using Bridge.Contracts;
using Bridge.Server.Pipeline;

namespace Bridge.Benchmarks.Micro;

/// <summary>Where messages go behind the steps: it knows when all have come.</summary>
internal sealed class CountingOutput : IStepOutput
{
    private int _missing;

    public void Begin(int messages) => Volatile.Write(ref _missing, messages);

    /// <summary>Waits without giving the processor away for longer than a benchmark would notice.</summary>
    public void Wait()
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _missing) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    public void GoOn(in StepWork work, BridgeMessage message) => Interlocked.Decrement(ref _missing);

    public void End(in StepWork work, in StepVerdict verdict)
    {
        if (verdict.End != StepEnd.WentOn)
            throw new InvalidOperationException($"The benchmark's message did not go on: {verdict}.");
    }
}
