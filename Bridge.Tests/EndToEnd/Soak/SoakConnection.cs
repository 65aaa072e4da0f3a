using Bridge.Contracts;
using Bridge.Tests.Hubs;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>A connection to the hub with one subscription. It reads when it is told to, and is alive all the same.</summary>
internal sealed class SoakConnection : IAsyncDisposable
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(8);

    /// <summary>Longer than a link is down: nothing comes in that time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _closing = new();
    private readonly RawHubReader _reader;
    private readonly Action<SubscribeResult> _onSubscribed;
    private readonly Action<MessageBatch> _onBatch;
    private readonly Task _pinging;

    private SoakConnection(RawHubReader reader, Action<SubscribeResult> onSubscribed, Action<MessageBatch> onBatch)
    {
        (_reader, _onSubscribed, _onBatch) = (reader, onSubscribed, onBatch);
        _pinging = Task.Run(PingAsync);
    }

    public static async Task<SoakConnection> OpenAsync(
        string hubUrl, SubscribeRequest request, int receiveBuffer, Action<SubscribeResult> onSubscribed, Action<MessageBatch> onBatch)
    {
        var reader = await RawHubReader.OpenAsync(hubUrl, "messagepack", receiveBuffer, (HubMethods.Subscribe, request));
        return new(reader, onSubscribed, onBatch);
    }

    /// <summary>Reads until that is so; it is asked after each record.</summary>
    public async Task ReadUntilAsync(Func<bool> condition) => await _reader.ReadUntilAsync(
        record =>
        {
            if (record is CompletionMessage answer)
                _onSubscribed(answer.Result as SubscribeResult ?? throw new InvalidOperationException(answer.Error));
            else if (record is InvocationMessage { Arguments: [MessageBatch batch] })
                _onBatch(batch);
            return condition();
        },
        Patience);

    /// <summary>Breaks it off, as a program that crashes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _pinging;
        await _reader.DisposeAsync();
        _closing.Dispose();
    }

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(PingEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
                await _reader.PingAsync();
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The end.
        }
    }
}
