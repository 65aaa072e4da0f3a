using Bridge.Contracts;

namespace Bridge.Server.Brokers;

/// <summary>What is counted of one broker's link beside its messages. Any thread may read it.</summary>
internal sealed class LinkCounts
{
    private readonly long[] _leftOut = new long[Enum.GetValues<LeftOutCause>().Length];
    private readonly long[] _changes = new long[Enum.GetValues<BrokerState>().Length];
    private long _lastMessageAt;

    /// <summary>How many messages were left out because they went beyond the limits.</summary>
    public long LeftOut => _leftOut.Sum();

    /// <summary>How often the link was made again after it had gone down.</summary>
    public long Reconnects => Math.Max(0, Changes(BrokerState.Connected) - 1);

    /// <summary>When the last message came; null before the first.</summary>
    public DateTimeOffset? LastMessageAt =>
        Volatile.Read(ref _lastMessageAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>How many messages were left out for a cause.</summary>
    public long LeftOutFor(LeftOutCause cause) => Interlocked.Read(ref _leftOut[(int)cause]);

    /// <summary>How often the link has come into a state.</summary>
    public long Changes(BrokerState state) => Interlocked.Read(ref _changes[(int)state]);

    public void NoteMessage(DateTimeOffset receivedAt) => Volatile.Write(ref _lastMessageAt, receivedAt.UtcTicks);

    public void NoteLeftOut(LeftOutCause cause) => Interlocked.Increment(ref _leftOut[(int)cause]);

    public void NoteChange(BrokerState state) => Interlocked.Increment(ref _changes[(int)state]);
}
