using Bridge.Server.FanOut;

namespace Bridge.Benchmarks.Micro;

/// <summary>A connection, or many, that takes everything at once, and knows when all messages have come.</summary>
internal sealed class CountingSink : IOutboxSink
{
    private int _missing;

    public string Id => "benchmark";

    public WireFormat Format => WireFormat.Json;

    public void Begin(int messages) => Volatile.Write(ref _missing, messages);

    /// <summary>Waits without giving the processor away for longer than a benchmark would notice.</summary>
    public void Wait()
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _missing) > 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        for (var i = 0; i < records.Count; i++)
            Interlocked.Add(ref _missing, -records[i].Span.Count("\"receivedAt\""u8));
        return ValueTask.CompletedTask;
    }

    public void Abort() => throw new InvalidOperationException("The benchmark's connection failed.");
}
