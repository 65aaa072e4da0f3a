using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Pipeline;

namespace Bridge.Server.Requests;

/// <summary>What is read of brokers through every door: has the broker send what is asked for, and reads it or subscribes to it.</summary>
internal sealed class BrokerReads(
    BrokerManager brokers, MessageStreams streams, ReadSteps steps, AccessChecks access, CallerLimits limits, TimeProvider time)
{
    /// <summary>So many values of a list count as another read.</summary>
    private const int ValuesOfARead = 100;

    /// <summary>Subscribes a connection.</summary>
    /// <exception cref="BridgeException">The caller may not, or the broker or the bridge refuses.</exception>
    public async Task<SubscribeResult> SubscribeAsync(
        Caller caller, Outbox outbox, string brokerKey, SubscriptionTerms terms, CancellationToken cancellationToken)
    {
        limits.CountSubscribe(caller);
        access.ThrowUnlessReadable(caller, brokerKey, terms.Filter);
        var broker = brokers.Get(brokerKey);
        var lease = limits.HoldSubscription(caller);
        try
        {
            lease.Upstream = await broker.DemandAsync(terms.Filter, isLasting: true, cancellationToken);
            var subscription = streams.Get(brokerKey).Subscribe(outbox, terms with { HeardSince = broker.HeardSince(terms.Filter) }, lease);
            return new SubscribeResult
            {
                Subscription = subscription.Id,
                BrokerKey = brokerKey,
                Topic = terms.Filter.Text,
                Cursor = subscription.Cursor,
                MatchedTopics = subscription.MatchedTopics,
                Resumed = subscription.Resumed,
                Gap = subscription.Gap,
                State = broker.State.State,
            };
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Reads last values; where there is nothing new, waits for it.</summary>
    /// <param name="caller">Who reads.</param>
    /// <param name="brokerKey">The broker.</param>
    /// <param name="terms">Which values.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait, as if the time were over.</param>
    /// <exception cref="BridgeException">The caller may not, the broker refuses, or a cursor is none.</exception>
    public async ValueTask<LastValues> ReadAsync(Caller caller, string brokerKey, ReadTerms terms, TimeSpan wait, CancellationToken cancellationToken)
    {
        limits.CountRead(caller);
        access.ThrowUnlessReadable(caller, brokerKey, terms.Filter);
        // Where the broker sends only what is asked for, this asks, and for a while after it.
        var (broker, values, began) = (brokers.Get(brokerKey), streams.Get(brokerKey).Values, time.GetTimestamp());
        using var upstream = await broker.DemandAsync(terms.Filter, isLasting: false, cancellationToken);
        if (upstream is not null)
            terms = OnDemand(broker, terms);
        var read = wait > TimeSpan.Zero ? await values.ReadAsync(terms, wait - time.GetElapsedTime(began), cancellationToken) : values.Read(terms);
        // Before it is made into an answer, which takes memory until its client has read it.
        if (read.Messages.Count >= ValuesOfARead)
            limits.CountRead(caller, read.Messages.Count / ValuesOfARead);
        return read.Outcome == ReadOutcome.Unchanged ? read : await ProcessAsync(caller, brokerKey, terms, read);
    }

    private async ValueTask<LastValues> ProcessAsync(Caller caller, string brokerKey, ReadTerms terms, LastValues read)
    {
        var shown = await steps.RunAsync(brokerKey, read.Messages, terms.Filter.IsExact, caller.User);
        if (ReferenceEquals(shown, read.Messages))
            return read;

        return read with { Messages = shown, Outcome = shown.Count == 0 && terms.Filter.IsExact ? ReadOutcome.Nothing : read.Outcome };
    }

    private static ReadTerms OnDemand(BrokerConnection broker, ReadTerms terms) =>
        terms with { HeardSince = () => broker.HeardSince(terms.Filter) };

    /// <summary>Reads last values, as hub clients are told them.</summary>
    /// <exception cref="BridgeException">The caller may not, the broker refuses, a cursor is none, or there are only values that are too old.</exception>
    public async Task<GetLastResult> GetLastAsync(Caller caller, string brokerKey, ReadTerms terms, CancellationToken cancellationToken)
    {
        var values = await ReadAsync(caller, brokerKey, terms, TimeSpan.Zero, cancellationToken);
        if (values.Outcome == ReadOutcome.Stale)
            throw Stale(terms);

        return new GetLastResult
        {
            BrokerKey = brokerKey,
            State = StateOf(brokerKey).State,
            Cursor = values.Cursor.ToString(),
            Messages = [.. values.Messages.Select(message => values.Show(message))],
            Reset = values.IsReset,
            Gap = values.HasGap,
            Stale = values.Stale,
            Next = values.Next?.ToString(),
        };
    }

    /// <summary>The state of the broker's link.</summary>
    public BrokerStateChange StateOf(string brokerKey) => brokers.Get(brokerKey).State;

    /// <summary>The failure that it is when all there is is too old.</summary>
    public static BridgeException Stale(ReadTerms terms) => new(
        ErrorCodes.Stale,
        string.Create(CultureInfo.InvariantCulture, $"What is known of '{terms.Filter.Text}' was received more than {terms.MaxAge!.Value.TotalSeconds} s ago."));
}
