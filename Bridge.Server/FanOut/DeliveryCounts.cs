namespace Bridge.Server.FanOut;

/// <summary>
/// How many messages of one stream were handed to connections, each counted once for each subscription that got it, and how many were
/// left out likewise. Counted once for each batch, whatever the number of its subscribers. Any thread may count and read.
/// </summary>
internal sealed class DeliveryCounts
{
    private readonly long[] _delivered = new long[Enum.GetValues<DeliveryKind>().Length];
    private readonly long[] _skipped = new long[Enum.GetValues<SkipCause>().Length];

    public long Of(DeliveryKind kind) => Interlocked.Read(ref _delivered[(int)kind]);

    public long Of(SkipCause cause) => Interlocked.Read(ref _skipped[(int)cause]);

    /// <summary>Counts a batch that so many subscribers have taken.</summary>
    public void Add(FeedBatch batch, long takers)
    {
        Add(DeliveryKind.Live, takers * batch.Count);
        if (batch.Skipped > 0)
            Add(batch.Feed.Mode.IsLatest ? SkipCause.Latest : SkipCause.Overload, takers * batch.Skipped);
    }

    public void Add(DeliveryKind kind, long messages) => Interlocked.Add(ref _delivered[(int)kind], messages);

    public void Add(SkipCause cause, long messages) => Interlocked.Add(ref _skipped[(int)cause], messages);
}

/// <summary>As part of what a message comes to a subscriber.</summary>
internal enum DeliveryKind
{
    /// <summary>As it came from the broker.</summary>
    Live,

    /// <summary>The last values at the beginning.</summary>
    Snapshot,

    /// <summary>What was missed while the subscriber was away.</summary>
    Resume,

    /// <summary>What was missed while the subscriber could not keep up.</summary>
    CatchUp,
}

/// <summary>Why a message that matches comes to a subscriber only as a number.</summary>
internal enum SkipCause
{
    /// <summary>The subscriber wants only the last message of each topic.</summary>
    Latest,

    /// <summary>Deliveries of the bridge could not keep up.</summary>
    Overload,

    /// <summary>The subscriber could not keep up.</summary>
    Behind,
}
