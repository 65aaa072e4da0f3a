using System.Net;
using System.Net.Sockets;
using Bridge.Server.Brokers;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class PolledSocketStreamTests : IDisposable
{
    /// <summary>More than the system's buffers hold.</summary>
    private const int Much = 64 * 1024 * 1024;

    private readonly Socket _peer;
    private readonly PolledSocketStream _stream;

    public PolledSocketStreamTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndpoint);
        _peer = listener.AcceptSocket();
        _stream = new PolledSocketStream(socket);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public async Task WriteAsync_PeerReadsLate_SendsAllInOrder()
    {
        var sent = new byte[Much];
        Random.Shared.NextBytes(sent);
        var writing = _stream.WriteAsync(sent).AsTask();
        writing.IsCompleted.Should().BeFalse();

        var received = new byte[Much];
        await using (var peer = new NetworkStream(_peer))
            await peer.ReadExactlyAsync(received).AsTask().WaitAsync(Eventually.DefaultTimeout);

        await writing.WaitAsync(Eventually.DefaultTimeout);
        received.AsSpan().SequenceEqual(sent).Should().BeTrue();
    }

    [Fact]
    public async Task WriteAsync_DisposedWhileThePeerDoesNotRead_Fails()
    {
        var writing = _stream.WriteAsync(new byte[Much]).AsTask();

        await _stream.DisposeAsync();

        var failure = await writing.Awaiting(write => write.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<Exception>();
        failure.Which.Should().Match(exception => exception is SocketException || exception is ObjectDisposedException);
    }

    [Fact]
    public async Task ReadAsync_NothingComes_EndsWhenCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var reading = _stream.ReadAsync(new byte[1], cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await reading.Awaiting(read => read.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Read_PeerSendsOrCloses_GivesWhatCame()
    {
        var buffer = new byte[10];
        _peer.Send([1, 2, 3]);
        (await _stream.ReadAsync(buffer)).Should().Be(3);
        _peer.Send([4]);
        _stream.Read(buffer).Should().Be(1);

        _peer.Shutdown(SocketShutdown.Both);

        _stream.Read(buffer).Should().Be(0);
    }
}
