using System.Net;
using System.Net.Sockets;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A TCP proxy on loopback, so that a test can cut a connection that is none of its own.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _open = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _isCut;
    private volatile bool _losesUpstream;
    private volatile bool _losesDownstream;
    private long _upstreamLeft = long.MaxValue;
    private long _downstreamLeft = long.MaxValue;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Closes all connections, and each new one as soon as it is made.</summary>
    public void Cut()
    {
        _isCut = true;
        CloseAll();
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend() => (_losesUpstream, _losesDownstream, _isCut) = (false, false, false);

    /// <summary>Closes all connections; new ones are let through.</summary>
    public void CloseAll()
    {
        lock (_lock)
        {
            foreach (var client in _open)
                client.Dispose();
            _open.Clear();
        }
    }

    /// <summary>Swallows what clients send, until <see cref="Mend"/>.</summary>
    public void LoseUpstream() => _losesUpstream = true;

    /// <summary>Swallows what the server sends, until <see cref="Mend"/>.</summary>
    public void LoseDownstream() => _losesDownstream = true;

    /// <summary>Passes so many bytes more of what clients send, and then resets both connections (RST) in the middle of what follows.</summary>
    public void ResetUpstreamAfter(int bytes) => Volatile.Write(ref _upstreamLeft, bytes);

    /// <summary>The same for what the server sends.</summary>
    public void ResetDownstreamAfter(int bytes) => Volatile.Write(ref _downstreamLeft, bytes);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Cut();
        _listener.Dispose();
        await _accepting.WaitAsync(Eventually.DefaultTimeout);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var upstream = new TcpClient { NoDelay = true };
        using (client)
        {
            lock (_lock)
            {
                if (_isCut)
                    return;
                _open.AddRange([client, upstream]);
            }

            try
            {
                client.NoDelay = true;
                await upstream.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                var isReset = await await Task.WhenAny(
                    PumpAsync(client, upstream, () => _losesUpstream, bytes => Take(ref _upstreamLeft, bytes)),
                    PumpAsync(upstream, client, () => _losesDownstream, bytes => Take(ref _downstreamLeft, bytes)));
                // To close without lingering is to reset. A client would shut down first, which is an orderly end.
                foreach (var socket in isReset ? [client.Client, upstream.Client] : Array.Empty<Socket>())
                {
                    socket.LingerState = new LingerOption(true, 0);
                    socket.Close(0);
                }
            }
            catch (Exception exception) when (
                exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Cut, or nobody is there.
            }
        }
    }

    /// <returns>Whether it ended because all that may pass has passed.</returns>
    private async Task<bool> PumpAsync(TcpClient from, TcpClient to, Func<bool> isLost, Func<int, int> take)
    {
        var buffer = new byte[65_536];
        while (await from.GetStream().ReadAsync(buffer, _stopping.Token) is > 0 and var count)
        {
            var passing = take(count);
            if (!isLost())
                await to.GetStream().WriteAsync(buffer.AsMemory(0, passing), _stopping.Token);
            if (passing < count)
                return true;
        }

        return false;
    }

    /// <returns>How many of the bytes may pass. When it is not all, the next connection is served as usual.</returns>
    private static int Take(ref long left, int bytes)
    {
        if (Volatile.Read(ref left) == long.MaxValue)
            return bytes;

        var rest = Interlocked.Add(ref left, -bytes);
        if (rest >= 0)
            return bytes;
        Volatile.Write(ref left, long.MaxValue);
        return (int)(bytes + rest);
    }
}
