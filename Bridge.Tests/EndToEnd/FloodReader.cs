using Bridge.Contracts;
using Bridge.Tests.Hubs;

namespace Bridge.Tests.EndToEnd;

/// <summary>A connection that is subscribed to a flood, and what of it it has read when it reads.</summary>
internal sealed class FloodReader : IAsyncDisposable
{
    private readonly RawHubReader _reader;
    private readonly Dictionary<string, long> _last = [];

    private FloodReader(RawHubReader reader) => _reader = reader;

    public long Received { get; private set; }

    public long Skipped { get; private set; }

    /// <summary>The last number of each topic.</summary>
    public IReadOnlyDictionary<string, long> Last => _last;

    /// <summary>The port on its own side.</summary>
    public int Port => ((System.Net.IPEndPoint)_reader.Socket.LocalEndPoint!).Port;

    /// <summary>Connects, subscribes, and reads no further than the answer.</summary>
    public static async Task<FloodReader> SubscribeAsync(string hubUrl, string protocol, SubscribeRequest request, int receiveBuffer)
    {
        var reader = await RawHubReader.OpenAsync(hubUrl, protocol, receiveBuffer, (HubMethods.Subscribe, request));
        await reader.ReadUntilAsync(message => message is Microsoft.AspNetCore.SignalR.Protocol.CompletionMessage { Error: null });
        return new(reader);
    }

    /// <inheritdoc cref="RawHubReader.InvokeAsync"/>
    public Task InvokeAsync(string method, object request) => _reader.InvokeAsync(method, request);

    /// <summary>Reads until it has received, or was told of, so many messages.</summary>
    /// <param name="count">How many.</param>
    /// <param name="confirm">Is told how many have come with each batch.</param>
    /// <param name="timeout">How long it may take.</param>
    public Task ReadAsync(long count, Action<int>? confirm = null, TimeSpan? timeout = null) => _reader.ReadBatchesAsync(
        batch =>
        {
            Skipped += batch.Skipped;
            foreach (var message in batch.Messages)
            {
                var number = Flood.NumberOf(message.Payload.Span);
                number.Should().BeGreaterThan(_last.GetValueOrDefault(message.Topic, -1), message.Topic);
                _last[message.Topic] = number;
                Received++;
            }

            confirm?.Invoke(batch.Messages.Count);
            return Received + Skipped >= count;
        },
        timeout);

    public ValueTask DisposeAsync() => _reader.DisposeAsync();
}
