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
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), upstream.GetStream(), () => _losesUpstream),
                    PumpAsync(upstream.GetStream(), client.GetStream(), () => _losesDownstream));
            }
            catch (Exception exception) when (
                exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Cut, or nobody is there.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<bool> isLost)
    {
        var buffer = new byte[65_536];
        while (await from.ReadAsync(buffer, _stopping.Token) is > 0 and var count)
            if (!isLost())
                await to.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
    }
}
