using Bridge.Contracts;

namespace Bridge.Tests.ClientSdk.Support;

/// <summary>An enumeration driven by hand, each step bounded in time.</summary>
internal sealed class Enumeration(IAsyncEnumerable<BridgeMessage> messages, CancellationToken cancellationToken = default)
    : IAsyncDisposable
{
    private readonly IAsyncEnumerator<BridgeMessage> _enumerator = messages.GetAsyncEnumerator(cancellationToken);

    public async Task<BridgeMessage> NextAsync()
    {
        (await MoveAsync()).Should().BeTrue("the enumeration goes on");
        return _enumerator.Current;
    }

    public async Task<BridgeMessage[]> TakeAsync(int count)
    {
        var taken = new BridgeMessage[count];
        for (var i = 0; i < count; i++)
            taken[i] = await NextAsync();
        return taken;
    }

    /// <summary>The next messages as "topic=text".</summary>
    public async Task<string[]> NextAsync(int count) =>
        [.. (await TakeAsync(count)).Select(message => $"{message.Topic}={message.GetText()}")];

    /// <summary>Whether there is another message.</summary>
    public Task<bool> MoveAsync() => _enumerator.MoveNextAsync().AsTask().InTime();

    public async ValueTask DisposeAsync() => await _enumerator.DisposeAsync().AsTask().InTime();
}
