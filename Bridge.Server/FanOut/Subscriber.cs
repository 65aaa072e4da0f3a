namespace Bridge.Server.FanOut;

/// <summary>One connection's part in one feed. Guarded by its outbox's lock.</summary>
internal sealed class Subscriber(Feed feed, Outbox outbox, IDisposable? upstream)
{
    public Feed Feed { get; } = feed;

    public Outbox Outbox { get; } = outbox;

    /// <summary>The demand on the broker that this subscription stands for, where it is one.</summary>
    public IDisposable? Upstream { get; } = upstream;

    /// <summary>Where it stands among the feed's subscribers; they see to it.</summary>
    public int Index { get; set; }

    /// <summary>What it has had or was told of as skipped.</summary>
    public FeedMark Reached { get; set; }

    /// <summary>Whether it missed something: it gets the last values when its outbox has emptied.</summary>
    public bool IsBehind { get; set; }

    public bool IsClosed { get; set; }
}
