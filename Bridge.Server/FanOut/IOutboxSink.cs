namespace Bridge.Server.FanOut;

/// <summary>Where an outbox writes to: a connection.</summary>
internal interface IOutboxSink
{
    /// <summary>What the log calls it.</summary>
    string Id { get; }

    /// <summary>The form that the connection speaks.</summary>
    WireFormat Format { get; }

    /// <summary>Writes whole records; completes when the connection has taken them, and may take its time.</summary>
    ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records);

    /// <summary>Ends the connection at once: it can no longer be told what it is owed.</summary>
    void Abort();
}
