using Bridge.Contracts.Steps;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>Waits for a step that has its answer later.</summary>
internal static class StepWait
{
    public static async Task RunAsync(
        StepLane lane, Journey journey, Task<StepResult> pending, TimeSpan patience, CancellationTokenSource cancellation, long began)
    {
        var time = lane.Settings.Time;
        var (result, failure) = (default(StepResult), default(Exception));
        try
        {
            result = await pending.WaitAsync(patience, time);
        }
        catch (TimeoutException) when (!pending.IsCompleted)
        {
            pending.Observe();
            failure = new StepOverrunException($"took longer than {patience.TotalMilliseconds:0} ms");
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lane.Continue(journey, new StepAnswer(result, failure, time.GetElapsedTime(began), TimeSpan.Zero));
        // Behind it: what the step does then is not waited for.
        if (failure is StepOverrunException)
            await cancellation.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
