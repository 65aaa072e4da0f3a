using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>Publishes on one hub connection at a steady rate, and counts how often it is refused.</summary>
internal sealed class HubFlood : IAsyncDisposable
{
    private static readonly byte[] Refusal = Encoding.UTF8.GetBytes("rate_limited: ");

    private readonly ClientWebSocket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<byte[]> _due = Channel.CreateUnbounded<byte[]>();
    private readonly Task _running;
    private long _refused;
    private long _failed;

    private HubFlood(ClientWebSocket socket, int rate)
    {
        _socket = socket;
        var pace = Task.Run(() => new Pace(rate).RunAsync(_ => _due.Writer.TryWrite(Invocation()), _stop.Token));
        _running = Task.WhenAll(pace, Task.Run(SendAsync), Task.Run(ReceiveAsync));
    }

    /// <summary>How many publishes were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>1 where the connection ended by itself.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public static async Task<HubFlood> StartAsync(int port, string user, int rate)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {user}");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/hub"), CancellationToken.None);
        await socket.SendAsync(Record("""{"protocol":"json","version":1}"""), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return new HubFlood(socket, rate);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _due.Writer.Complete();
        _socket.Abort();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private static byte[] Invocation()
    {
        var message = new string('.', LoadPayload.UsualLength);
        return Record($$$"""{"type":1,"invocationId":"1","target":"Publish","arguments":[{"brokerKey":"{{{BridgeNames.BrokerKey}}}","topic":"{{{HttpRequests.Topic}}}","message":"{{{message}}}"}]}""");
    }

    /// <summary>SignalR ends each of its messages with a record separator.</summary>
    private static byte[] Record(string json) => Encoding.UTF8.GetBytes($"{json}\u001e");

    private Task SendAsync() => UntilStoppedAsync(async () =>
    {
        await foreach (var invocation in _due.Reader.ReadAllAsync(_stop.Token))
            await _socket.SendAsync(invocation, WebSocketMessageType.Text, endOfMessage: true, _stop.Token);
    });

    private Task ReceiveAsync() => UntilStoppedAsync(async () =>
    {
        var buffer = new byte[65_536];
        for (var length = 0; ;)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException("The bridge closed the connection.");
            length += received.Count;
            if (!received.EndOfMessage)
                continue;

            Interlocked.Add(ref _refused, buffer.AsSpan(0, length).Count(Refusal));
            length = 0;
        }
    });

    private async Task UntilStoppedAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            if (!_stop.IsCancellationRequested)
                Interlocked.Increment(ref _failed);
        }
    }
}
