using System.Threading.Channels;

namespace Bridge.Tests.ClientSdk.Support;

/// <summary>Things that happen elsewhere, in order, to be awaited one by one.</summary>
internal sealed class Arrivals<T>
{
    private readonly Channel<T> _channel = Channel.CreateUnbounded<T>();

    public void Add(T item) => _channel.Writer.TryWrite(item);

    public Task<T> NextAsync() => _channel.Reader.ReadAsync().AsTask().InTime();

    /// <summary>What has arrived and was not awaited.</summary>
    public int Waiting => _channel.Reader.Count;
}

internal static class Patience
{
    /// <summary>Fails a wait that is not over within 30 s, which on any machine means never.</summary>
    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <inheritdoc cref="InTime{T}(Task{T})"/>
    public static Task InTime(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));
}
