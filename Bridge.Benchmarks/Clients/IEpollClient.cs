namespace Bridge.Benchmarks.Clients;

/// <summary>A connection that an <see cref="EpollLoop"/> reads.</summary>
internal interface IEpollClient
{
    /// <summary>The socket's file descriptor.</summary>
    int Descriptor { get; }

    /// <summary>Takes what was received; called on the loop's thread.</summary>
    void Take(ReadOnlySpan<byte> received);

    /// <summary>The server has closed the connection; nothing more will be taken.</summary>
    void Closed();
}
