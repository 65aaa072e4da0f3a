using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Bridge.Benchmarks.Clients;

/// <summary>
/// Reads many connections on one thread: two system calls for each burst that a connection is sent, and nothing else. The load
/// generator shares the machine with the server it measures, so its own cost must stay small beside the server's.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    private const int MostEvents = 512;

    // struct epoll_event is packed on x86-64, and only there.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int TokenOffset = IsPacked ? 4 : 8;

    private readonly IEpollClient[] _clients;
    private readonly int _epoll = Checked(Native.CreateEpoll(0), "epoll_create1");
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(262_144, pinned: true);
    private readonly Thread _thread;
    private volatile bool _isStopping;

    public EpollLoop(IEpollClient[] clients)
    {
        _clients = clients;
        _thread = new Thread(Run) { IsBackground = true, Name = "Load reader" };
        _thread.Start();
    }

    /// <summary>Begins to read the client with this index.</summary>
    public void Add(int index)
    {
        Span<byte> entry = stackalloc byte[EventSize];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Native.Readable);
        BinaryPrimitives.WriteInt64LittleEndian(entry[TokenOffset..], index);
        Checked(Native.ControlEpoll(_epoll, Native.AddToEpoll, _clients[index].Descriptor, ref entry[0]), "epoll_ctl");
    }

    /// <summary>No longer reads that client: what it is sent stays in the system's buffers.</summary>
    public void Remove(int index)
    {
        Span<byte> entry = stackalloc byte[EventSize];
        Native.ControlEpoll(_epoll, Native.RemoveFromEpoll, _clients[index].Descriptor, ref entry[0]);
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        Native.Close(_epoll);
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    private void Run()
    {
        var events = new byte[MostEvents * EventSize];
        while (!_isStopping)
        {
            var count = Native.WaitEpoll(_epoll, ref events[0], MostEvents, 50);
            for (var i = 0; i < count; i++)
                Read((int)BinaryPrimitives.ReadInt64LittleEndian(events.AsSpan((i * EventSize) + TokenOffset)));
        }
    }

    private void Read(int index)
    {
        var client = _clients[index];
        var length = (int)Native.Receive(client.Descriptor, ref _buffer[0], _buffer.Length, Native.DoNotWait);
        if (length > 0)
        {
            client.Take(_buffer.AsSpan(0, length));
            return;
        }

        if (length < 0 && Marshal.GetLastPInvokeError() is Native.TryAgain or Native.Interrupted)
            return;

        Remove(index);
        client.Closed();
    }
}
