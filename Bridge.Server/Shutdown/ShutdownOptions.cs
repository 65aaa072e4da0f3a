namespace Bridge.Server.Shutdown;

/// <summary>How the bridge stops (SIGTERM, Ctrl+C).</summary>
public sealed class ShutdownOptions
{
    /// <summary>The most that <see cref="DrainSeconds"/> may be.</summary>
    internal const int MostDrainSeconds = 300;

    /// <summary>
    /// For how many seconds the bridge goes on serving after it was told to stop, 0 to 300, while <c>/health/ready</c> answers 503 already:
    /// as long as a load balancer takes to notice. All that follows has the host's <c>shutdownTimeoutSeconds</c>, 5 by default; whoever
    /// ends the process must wait for both. Default 0.
    /// </summary>
    public int DrainSeconds { get; set; }
}
