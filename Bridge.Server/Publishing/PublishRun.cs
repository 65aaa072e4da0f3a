using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>Publishes those messages of an idempotency key that have no answer yet. All who come meanwhile wait for it.</summary>
/// <param name="known">The answers of runs before; null where it is certain that the message was not published.</param>
internal sealed class PublishRun(IReadOnlyList<PublishAnswer?> known)
{
    private readonly PublishAnswer?[] _answers = [.. known];
    private readonly Dictionary<(string Code, int? ReasonCode, string Detail), PublishAnswer> _failures = [];
    private readonly TaskCompletionSource<IReadOnlyList<PublishAnswer>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What became of each message, once that is known of all.</summary>
    public Task<IReadOnlyList<PublishAnswer>> Answers => _completion.Task;

    /// <summary>Whether a message has no answer yet.</summary>
    public bool IsMissing(int index) => _answers[index] is null;

    /// <summary>Publishes a message, and notes what becomes of it. Never fails.</summary>
    public async Task PublishAsync(int index, Func<Task<PublishReceipt>> publish)
    {
        try
        {
            _answers[index] = PublishAnswer.Of(await publish());
        }
        catch (Exception exception)
        {
            _answers[index] = Failed(exception);
        }
    }

    /// <summary>The answers that retries get too; null elsewhere.</summary>
    public PublishAnswer?[] FinalAnswers() => [.. _answers.Select(answer => answer is { IsFinal: true } ? answer : null)];

    public void Complete() => _completion.SetResult(_answers!);

    /// <summary>A link that ends fails a thousand messages with the same words.</summary>
    private PublishAnswer Failed(Exception exception)
    {
        if (exception is not BridgeException failure)
            return new PublishAnswer(exception);

        var words = (failure.Code, failure.ReasonCode, failure.Message);
        lock (_failures)
        {
            if (!_failures.TryGetValue(words, out var answer))
                _failures.Add(words, answer = new PublishAnswer(failure));
            return answer;
        }
    }
}
