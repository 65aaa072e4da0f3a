using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bridge.Server.Persistence;

/// <summary>Whether what the bridge knows reaches the disk.</summary>
internal sealed class StoreHealth(TimeProvider time) : IHealthCheck
{
    private readonly Lock _gate = new();
    private string? _problem;
    private long _since;
    private long _wholeAt = time.GetTimestamp();
    private long _failures;

    /// <summary>Whether the last attempt failed.</summary>
    public bool IsFailing => Problem is not null;

    /// <summary>What went wrong the last time; null where nothing did.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
                return _problem;
        }
    }

    /// <summary>How many attempts failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>For how long there has been something that is not written.</summary>
    public TimeSpan Lag => time.GetElapsedTime(Interlocked.Read(ref _wholeAt));

    /// <summary>Notes that everything is written.</summary>
    public void Whole() => Interlocked.Exchange(ref _wholeAt, time.GetTimestamp());

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it is news.</returns>
    public bool Failed(string problem)
    {
        Interlocked.Increment(ref _failures);
        lock (_gate)
        {
            var isNews = _problem is null;
            if (isNews)
                _since = time.GetTimestamp();
            _problem = problem;
            return isNews;
        }
    }

    /// <summary>Notes a success.</summary>
    /// <returns>How long it failed before, if it did.</returns>
    public TimeSpan? Recovered()
    {
        lock (_gate)
        {
            if (_problem is null)
                return null;

            _problem = null;
            return time.GetElapsedTime(_since);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Problem is not { } problem
            ? HealthCheckResult.Healthy("What is known reaches the disk.")
            : HealthCheckResult.Degraded($"Nothing has reached the disk for {Lag.TotalSeconds:0} s: {problem}"));
}
