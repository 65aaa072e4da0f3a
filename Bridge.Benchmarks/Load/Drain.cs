using System.Diagnostics;

namespace Bridge.Benchmarks.Load;

/// <summary>Waits, when nothing is published any more, for what is late.</summary>
internal static class Drain
{
    private static readonly TimeSpan QuietAtEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Waits until all has come, or nothing comes any more.</summary>
    /// <param name="isDone">Whether all has come.</param>
    /// <param name="bytes">How many bytes have come.</param>
    public static async Task WaitAsync(Func<bool> isDone, Func<long> bytes)
    {
        var (clock, quiet, before) = (Stopwatch.StartNew(), Stopwatch.StartNew(), 0L);
        while (!isDone() && clock.Elapsed < Longest && quiet.Elapsed < QuietAtEnd)
        {
            await Task.Delay(20);
            var now = bytes();
            if (now != before)
                quiet.Restart();
            before = now;
        }
    }
}
