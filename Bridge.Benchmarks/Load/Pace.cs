using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>A steady rate.</summary>
/// <param name="rate">How often in a second.</param>
internal sealed class Pace(int rate)
{
    private const long Second = 1_000_000;

    /// <summary>Calls for each that is due, with the time at which it was.</summary>
    public async Task RunAsync(Action<long> next, CancellationToken cancellationToken)
    {
        var began = LoadPayload.Microseconds;
        for (var i = 0L; !cancellationToken.IsCancellationRequested;)
        {
            for (; began + (i * Second / rate) <= LoadPayload.Microseconds && !cancellationToken.IsCancellationRequested; i++)
                next(began + (i * Second / rate));
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
