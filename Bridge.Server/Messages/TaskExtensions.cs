namespace Bridge.Server.Messages;

/// <summary>Small helpers for tasks.</summary>
internal static class TaskExtensions
{
    /// <summary>Marks a later failure as seen, for a task that nobody may wait for to its end.</summary>
    public static void Observe(this Task task) => task.ContinueWith(
        static failed => _ = failed.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
