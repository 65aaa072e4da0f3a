using Bridge.Server.Messages;

namespace Bridge.Server.FanOut;

/// <summary>Reads last values of one stream, now or when there is something new.</summary>
internal sealed class ValueReader(MessageStream stream, TimeProvider time)
{
    /// <summary>Reads what there is.</summary>
    /// <exception cref="BridgeException">A cursor is of no time that was.</exception>
    public LastValues Read(ReadTerms terms)
    {
        var found = new List<SequencedMessage>();
        var (position, isReset, hasGap) = Find(terms, found);
        var stale = terms.MaxAge is { } maxAge ? RemoveOlder(found, maxAge) : 0;
        var tag = TagOf(terms, found);
        var outcome = OutcomeOf(terms, found.Count, tag, stale, isReset);
        var page = isReset ? null : terms.Page;
        var cursor = page?.AsOf ?? position;
        var messages = TopicOrder.Take(found, page?.AfterTopic, terms.Limit, out var isWhole);
        return new LastValues
        {
            Messages = messages,
            Cursor = cursor,
            Tag = tag,
            IsReset = isReset,
            HasGap = hasGap,
            Stale = stale,
            Next = isWhole ? null : new ReadPage(cursor, isReset ? null : terms.ChangesAfter, messages[^1].Message.Topic),
            Outcome = outcome,
            // Where nothing was known before, no value is no news.
            IsNews = isReset || page is not null
                || (outcome is ReadOutcome.Values or ReadOutcome.Nothing && (found.Count > 0 || terms.KnownTags.Count > 0)),
        };
    }

    /// <summary>Reads what there is when there is something new, or when the time is over.</summary>
    /// <param name="terms">What to read. Where it names neither a cursor nor tags, any value is new.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait, as if the time were over.</param>
    /// <exception cref="BridgeException">A cursor is of no time that was.</exception>
    public async Task<LastValues> ReadAsync(ReadTerms terms, TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        LastValues? before = null;
        while (true)
        {
            // Before it is read, so that what comes right after that is not missed.
            var watch = stream.Join(terms.Filter);
            try
            {
                var rest = wait - time.GetElapsedTime(began);
                var isOver = rest <= TimeSpan.Zero || cancellationToken.IsCancellationRequested;
                if (isOver || before is null || IsChanged(terms, ref before))
                {
                    var values = Read(terms);
                    // Whatever comes is known to who knows anything.
                    if (values.IsNews || isOver || terms.KnowsAnything)
                        return values;
                    before ??= values;
                }

                await watch.Changed.WaitAsync(rest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                stream.Leave(watch);
            }
        }
    }

    private (StreamCursor Position, bool IsReset, bool HasGap) Find(ReadTerms terms, List<SequencedMessage> found)
    {
        var (position, isReset, hasGap) = stream.Find(terms, found);
        // Asked afterwards: what began after these were read counts for the next who reads.
        if (isReset || terms.ChangesAfter is not { } since || terms.HeardSince?.Invoke() is not { } heard || since >= heard || heard > position.Position)
            return (position, isReset, hasGap);

        found.Clear();
        return (stream.Find(new ReadTerms(terms.Filter), found).Cursor, true, false);
    }

    /// <summary>Whether there is a change that may be news, at the cost of what has changed: many wait for much, and all of it is seldom new.</summary>
    private bool IsChanged(ReadTerms terms, ref LastValues before)
    {
        before = Read(terms with { Since = before.Cursor, KnownTags = [] });
        return before.IsNews;
    }

    /// <summary>A deletion has no age: it tells that there is no value.</summary>
    private int RemoveOlder(List<SequencedMessage> found, TimeSpan maxAge)
    {
        var oldest = time.GetUtcNow() - maxAge;
        return found.RemoveAll(message => !message.IsDeletion && message.Message.ReceivedAt < oldest);
    }

    private string? TagOf(ReadTerms terms, List<SequencedMessage> found)
    {
        var newest = 0L;
        foreach (var message in found)
            newest = Math.Max(newest, message.Position);
        var cursor = stream.CursorAt(newest);
        return !terms.Filter.IsExact ? $"{cursor}-{found.Count}" : found.Count > 0 ? cursor : null;
    }

    private static ReadOutcome OutcomeOf(ReadTerms terms, int count, string? tag, int stale, bool isReset)
    {
        if (count == 0 && stale > 0)
            return ReadOutcome.Stale;
        if (!isReset && ((count == 0 && terms.Since is not null) || terms.Knows(tag)))
            return ReadOutcome.Unchanged;
        return count == 0 && terms.Filter.IsExact ? ReadOutcome.Nothing : ReadOutcome.Values;
    }
}
