using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Pipeline;

/// <summary>A message that a client publishes, on its way through the steps.</summary>
internal sealed class PublishThroughSteps<T>(PublishRequest request, Func<PublishRequest, Task<T>> publish, Func<T>? dropped, DateTimeOffset now) : IStepOutput
{
    private readonly TaskCompletionSource<Task<T>> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PublishRequest> _requests = [];

    /// <summary>The message, as steps see it.</summary>
    public BridgeMessage Message { get; } = request.ToMessage(now);

    /// <summary>What came of publishing what goes on of it.</summary>
    public Task<T> Answer => _started.Task.Unwrap();

    public void GoOn(in StepWork work, BridgeMessage message) =>
        _requests.Add(ReferenceEquals(message, Message) ? request : message.ToRequest(request, Message, now));

    /// <summary>Publishes on the steps' thread, up to where it would wait: so messages stay in order.</summary>
    public void End(in StepWork work, in StepVerdict verdict) => _started.SetResult(verdict switch
    {
        { End: StepEnd.Rejected } => Fail(verdict.Reason!),
        { End: StepEnd.Failed } => Fail(verdict.Step is null ? $"{verdict.Reason}." : $"Step '{verdict.Step}' {verdict.Reason}; it lets nothing past it then."),
        _ when _requests.Count > 1 && dropped is null => Fail($"Steps made {_requests.Count} messages of a request; its reply could be of one only."),
        _ when _requests.Count > 0 => PublishAllAsync(),
        _ when dropped is not null => Task.FromResult(dropped()),
        _ => Fail($"Step '{verdict.Step}' dropped it."),
    });

    private static Task<T> Fail(string reason) => Task.FromException<T>(new BridgeException(ErrorCodes.StepRejected, reason));

    private Task<T> PublishAllAsync()
    {
        var answers = _requests.ConvertAll(StartAsync);
        return answers.Count == 1 ? answers[0] : WhenAllAsync(answers);
    }

    private async Task<T> StartAsync(PublishRequest message) => await publish(message);

    private static async Task<T> WhenAllAsync(List<Task<T>> answers)
    {
        Task all = Task.WhenAll(answers);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failed = answers.Find(answer => !answer.IsCompletedSuccessfully);
        if (failed is null || !answers.Exists(answer => answer.IsCompletedSuccessfully))
            return await answers[0];

        try
        {
            return await failed;
        }
        catch (BridgeException failure)
        {
            throw new BridgeException(failure.Code, $"Some of the {answers.Count} messages that steps made of it were published, and one was not: {failure.Message}", failure)
            {
                IsOutcomeUnknown = true,
                ReasonCode = failure.ReasonCode,
                RetryAfter = failure.RetryAfter,
            };
        }
    }
}
