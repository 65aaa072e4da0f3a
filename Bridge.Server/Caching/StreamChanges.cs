using Bridge.Server.Messages;

namespace Bridge.Server.Caching;

/// <summary>What has changed in a stream since it was last asked, for who writes it down. Used again and again by one reader.</summary>
internal sealed class StreamChanges
{
    /// <summary>How far the reader has come with last values.</summary>
    public CacheWalk Walk { get; set; }

    /// <summary>How far it has come with messages.</summary>
    public long MessagesUpTo { get; set; }

    /// <summary>Topics that have changed, as they are now, and the messages that deleted one.</summary>
    public List<KeptMessage> Values { get; } = [];

    /// <summary>Each message, where these are wanted too.</summary>
    public List<SequencedMessage> Messages { get; } = [];

    /// <summary>The position of the newest message that had gone before the reader came to it; 0 where there is none.</summary>
    public long MissedUpTo { get; set; }

    /// <summary>Of values up to this position none are kept.</summary>
    public long EvictedUpTo { get; set; }

    /// <summary>Of deletions up to this position none are known.</summary>
    public long DeletionsForgottenUpTo { get; set; }

    /// <summary>
    /// Whether these are all values that there are, in place of what was there: deletions were forgotten before anybody came to them.
    /// </summary>
    public bool IsAnew { get; set; }

    /// <summary>Whether there is no more.</summary>
    public bool IsWhole { get; set; }
}
