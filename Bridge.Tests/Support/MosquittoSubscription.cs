namespace Bridge.Tests.Support;

/// <summary>A running mosquitto_sub and what it has received.</summary>
internal sealed class MosquittoSubscription(ChildProcess process) : IAsyncDisposable
{
    public IReadOnlyList<MosquittoMessage> Messages =>
        [.. process.Output.Items.Select(MosquittoMessage.TryParse).OfType<MosquittoMessage>()];

    /// <summary>The first message, past or to come, that satisfies the predicate.</summary>
    public async Task<MosquittoMessage> WaitForMessageAsync(
        Func<MosquittoMessage, bool>? predicate = null, TimeSpan? timeout = null)
    {
        var line = await process.WaitForLineAsync(
            line => MosquittoMessage.TryParse(line) is { } message && (predicate is null || predicate(message)), timeout);
        return MosquittoMessage.TryParse(line)!;
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
