using Bridge.Server.Caching;
using Bridge.Server.FanOut;

namespace Bridge.Server.Persistence;

/// <summary>A broker's stream, and how far it is written. Only the writer changes it.</summary>
internal sealed class StoredStream(string brokerKey, string epoch, HistoryRules rules)
{
    private long _historyUpTo;
    private long _historyMissedUpTo;
    private long _historyTrimmedUpTo;

    public string BrokerKey { get; } = brokerKey;

    /// <summary>What tells its cursors from those of other streams.</summary>
    public string Epoch { get; } = epoch;

    /// <summary>Which of its messages are kept, beside the last of each topic.</summary>
    public HistoryRules Rules { get; } = rules;

    /// <summary>What the file knows it by; 0 before the file was opened.</summary>
    public long Id { get; private set; }

    /// <summary>The stream itself, once there is one.</summary>
    public MessageStream? Stream { get; set; }

    /// <summary>What is to be written next.</summary>
    public StreamChanges Changes { get; } = new();

    /// <summary>The position up to which values are written.</summary>
    public long WrittenUpTo { get; private set; }

    /// <summary>The position up to which all messages are in the history, as far as they are kept.</summary>
    public long HistoryUpTo => Interlocked.Read(ref _historyUpTo);

    /// <summary>The position of the newest message that never came into the history.</summary>
    public long HistoryMissedUpTo => Interlocked.Read(ref _historyMissedUpTo);

    /// <summary>Up to this position messages may have been removed of topics that are not known any more.</summary>
    public long HistoryTrimmedUpTo => Interlocked.Read(ref _historyTrimmedUpTo);

    /// <summary>Whether something has changed since it was written.</summary>
    public bool HasChanged =>
        Stream is { Position: var position } && (position != WrittenUpTo || (Rules.IsOn && position != HistoryUpTo));

    /// <summary>Whether more was to be written the last time than is written at a time.</summary>
    public bool IsBehind => !Changes.IsWhole || (Rules.IsOn && HistoryUpTo < WrittenUpTo);

    /// <summary>Goes on from where the file is.</summary>
    public void Attach(StreamRow row)
    {
        Id = row.Id;
        Interlocked.Exchange(ref _historyMissedUpTo, row.HistoryMissedUpTo);
        Interlocked.Exchange(ref _historyTrimmedUpTo, row.HistoryTrimmedUpTo);
        Written(row.Start.KnownUpTo, row.Start.KnownUpTo);
        TakeBack();
    }

    /// <summary>Notes that there is no file any more: all is written again, into the next one.</summary>
    public void Detach()
    {
        Id = 0;
        Written(0, 0);
        TakeBack();
    }

    /// <summary>Notes topics of the history that nothing is left of.</summary>
    public void TopicsForgotten(long upTo) => Interlocked.Exchange(ref _historyTrimmedUpTo, Math.Max(upTo, HistoryTrimmedUpTo));

    /// <summary>Finds what is to be written next, no more than is asked for.</summary>
    public void Collect(int most)
    {
        Stream!.CollectChanges(Changes, most, Rules.IsOn);
        // What was not kept cannot be found when it is asked for.
        Interlocked.Exchange(ref _historyMissedUpTo, Math.Max(HistoryMissedUpTo, Rules.IsOn ? Changes.MissedUpTo : Changes.Walk.After));
    }

    /// <summary>Notes that what was collected is written.</summary>
    public void Written() => Written(Changes.Walk.After, Changes.MessagesUpTo);

    /// <summary>Notes that what was collected could not be written: it is collected again.</summary>
    public void TakeBack()
    {
        Changes.Walk = new CacheWalk(WrittenUpTo, long.MaxValue, WalkKind.LastMessagesAndDeletions);
        Changes.MessagesUpTo = HistoryUpTo;
    }

    private void Written(long values, long messages)
    {
        WrittenUpTo = values;
        Interlocked.Exchange(ref _historyUpTo, messages);
    }
}
