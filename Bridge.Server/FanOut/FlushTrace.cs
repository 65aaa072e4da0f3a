using System.Diagnostics;
using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>A message that is followed, in one connection's outbox, until the batch that it is in has been written.</summary>
/// <param name="parent">Its wait for the batch.</param>
/// <param name="bytes">The encoded batch.</param>
/// <param name="time">The clock.</param>
internal sealed class FlushTrace(ActivityContext parent, byte[] bytes, TimeProvider time)
{
    private readonly DateTimeOffset _queuedAt = time.GetUtcNow();
    private DateTimeOffset? _takenAt;

    /// <summary>Whether the write that it is part of has begun.</summary>
    public bool IsTaken => _takenAt is not null;

    public bool IsOf(byte[] record) => ReferenceEquals(record, bytes);

    public void Take() => _takenAt = time.GetUtcNow();

    /// <summary>Tells of the write, which the connection has taken.</summary>
    public void Written(string connection) => BridgeActivities.Record(
        "bridge flush",
        parent,
        _queuedAt,
        time.GetUtcNow(),
        ("bridge.connection", connection),
        ("bridge.bytes", bytes.Length),
        ("bridge.waited_ms", (_takenAt - _queuedAt)?.TotalMilliseconds));
}
