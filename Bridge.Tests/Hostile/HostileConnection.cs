using System.Net;
using System.Net.Sockets;

namespace Bridge.Tests.Hostile;

/// <summary>What has come of waiting for more.</summary>
internal enum Arrival
{
    /// <summary>Bytes have come.</summary>
    More,

    /// <summary>Nothing has come in time.</summary>
    Nothing,

    /// <summary>The server has ended the connection.</summary>
    End,
}

/// <summary>A TCP connection that sends any bytes, and reads what comes while it sends.</summary>
internal sealed class HostileConnection : IDisposable
{
    /// <summary>A server that takes longer than this to answer, or to end a connection that its client has ended, hangs.</summary>
    public static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(40);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private CancellationTokenSource _patience = new();
    private Task _sending = Task.CompletedTask;
    private byte[] _buffer = new byte[16_384];
    private int _start;
    private int _end;

    private HostileConnection()
    {
    }

    /// <summary>What has come and is not taken yet.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    public static async Task<HostileConnection> OpenAsync(int port)
    {
        var connection = new HostileConnection();
        using var patience = new CancellationTokenSource(MostPatience);
        await connection._socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
        return connection;
    }

    /// <summary>Takes so many bytes of what has come.</summary>
    public void Take(int count) => _start += count;

    /// <summary>Sends, behind what was sent before, and does not wait for it: the server may have stopped reading.</summary>
    public void Send(ReadOnlyMemory<byte> bytes) => _sending = SendAsync(_sending, bytes);

    /// <summary>Says that nothing more will be sent (a TCP FIN).</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server was faster.
        }
    }

    /// <summary>Waits for more bytes, or for the end.</summary>
    /// <exception cref="TimeoutException">Neither comes.</exception>
    public async ValueTask<bool> ReceiveAsync() => await ReceiveAsync(MostPatience) switch
    {
        Arrival.More => true,
        Arrival.End => false,
        _ => throw new TimeoutException($"The bridge neither answers nor ends the connection; {Received.Length} bytes have come of its answer."),
    };

    /// <summary>Waits so long for more bytes, or for the end.</summary>
    public async ValueTask<Arrival> ReceiveAsync(TimeSpan patience)
    {
        MakeRoom();
        _patience.CancelAfter(patience);
        try
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, _patience.Token);
            _end += count;
            return count > 0 ? Arrival.More : Arrival.End;
        }
        catch (OperationCanceledException)
        {
            return Arrival.Nothing;
        }
        catch (SocketException)
        {
            return Arrival.End;
        }
        finally
        {
            if (!_patience.TryReset())
            {
                _patience.Dispose();
                _patience = new();
            }
        }
    }

    /// <summary>Ends the connection at once (a TCP RST): no port stays taken after it.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task SendAsync(Task before, ReadOnlyMemory<byte> bytes)
    {
        await before;
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[await _socket.SendAsync(bytes)..];
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection has ended: whoever reads is told.
        }
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end < _buffer.Length)
            return;
        var larger = _start > _buffer.Length / 2 ? _buffer : new byte[_buffer.Length * 2];
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        (_buffer, _start, _end) = (larger, 0, _end - _start);
    }
}
