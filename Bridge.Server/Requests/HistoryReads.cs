using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;

namespace Bridge.Server.Requests;

/// <summary>Reads the past of brokers' topics, for every door.</summary>
internal sealed class HistoryReads(MessageStreams streams, AccessChecks access, CallerLimits limits)
{
    /// <summary>So much payload is read for one answer.</summary>
    private const long MostBytes = 4_194_304;

    /// <summary>So many messages count as another read.</summary>
    private const int MessagesOfARead = 100;

    /// <summary>Reads messages in the order in which they came.</summary>
    /// <exception cref="BridgeException">The caller may not, the topics have no history, or a cursor is none.</exception>
    public async Task<GetHistoryResult> ReadAsync(Caller caller, string brokerKey, HistoryTerms terms, CancellationToken cancellationToken)
    {
        limits.CountRead(caller);
        access.ThrowUnlessReadable(caller, brokerKey, terms.Filter);
        var stream = streams.Get(brokerKey);
        if (stream.History is not { } history || !history.MayHave(terms.Filter))
            throw new BridgeException(ErrorCodes.HistoryOff, $"No history is kept of '{terms.Filter.Text}' on broker '{brokerKey}' (Bridge:Persistence:HistoryPerTopic, History).");

        var since = terms.Since?.Cursor is { } from ? stream.Find(from) : 0;
        var upTo = terms.Until?.Cursor is { } to ? stream.Find(to) ?? throw StreamCursor.Invalid() : stream.Position;
        var range = new HistoryRange(since ?? 0, upTo) { Since = terms.Since?.Time, Until = terms.Until?.Time };
        // What came a moment ago is to be there.
        await history.WhenWrittenAsync(upTo, cancellationToken);
        var messages = new List<SequencedMessage>();
        var reached = history.Read(terms.Filter, range, terms.Limit, MostBytes, messages);
        if (messages.Count >= MessagesOfARead)
            limits.CountRead(caller, messages.Count / MessagesOfARead);
        return new GetHistoryResult
        {
            BrokerKey = brokerKey,
            Messages = messages.ConvertAll(message => message.Message with { Cursor = stream.CursorAt(message.Position) }),
            Next = reached < upTo ? stream.CursorAt(reached) : null,
            Truncated = terms.Since?.Cursor is not null && (since is null || !history.HasAllSince(terms.Filter, since.Value)),
        };
    }
}
