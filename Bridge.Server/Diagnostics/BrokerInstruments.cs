using System.Diagnostics.Metrics;
using Bridge.Contracts;
using Bridge.Server.Brokers;

namespace Bridge.Server.Diagnostics;

/// <summary>What is told of the links to brokers. Nothing is counted for it: it reads what the links know, when somebody asks.</summary>
internal sealed class BrokerInstruments(BrokerManager brokers) : IInstruments
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableUpDownCounter(
            "bridge.broker.state", () => States(Is), "{broker}", "1 for the state that the link is in, 0 for the others; by broker and state.");
        meter.CreateObservableCounter(
            "bridge.broker.state.changes", () => States(Changes), "{change}", "How often the link has come into a state, by broker and state; connected counts each connection.");
        meter.CreateObservableCounter(
            "bridge.messages.in", () => ByBroker(broker => broker.MessagesIn.Total), "{message}", "Messages that came from a broker, replies and what was left out included; by broker.");
        meter.CreateObservableCounter(
            "bridge.messages.left_out", LeftOut, "{message}", "Messages from a broker that were left out because they go beyond the limits; by broker and cause.");
        meter.CreateObservableCounter(
            "bridge.messages.out", () => ByBroker(broker => broker.MessagesOut.Total), "{message}", "Messages that were published to a broker and accepted by it, requests included; by broker.");
        meter.CreateObservableUpDownCounter(
            "bridge.publishes.waiting", () => ByBroker(broker => broker.PublishesWaiting), "{message}", "Messages that wait for a broker's acknowledgement; by broker.");
        meter.CreateObservableUpDownCounter(
            "bridge.requests.waiting", () => ByBroker(broker => broker.RequestsWaiting), "{request}", "Requests to devices that wait for their reply; by broker.");
        meter.CreateObservableCounter(
            "bridge.replies.late", () => ByBroker(broker => broker.RepliesLate), "{reply}", "Replies that nobody waits for; by broker.");
    }

    private IEnumerable<Measurement<long>> ByBroker(Func<BrokerConnection, long> read) =>
        brokers.All.Select(broker => new Measurement<long>(read(broker), Labels.Broker(broker.Key)));

    private IEnumerable<Measurement<long>> States(Func<BrokerConnection, BrokerState, long> read) =>
        from broker in brokers.All
        from state in Enum.GetValues<BrokerState>()
        select new Measurement<long>(read(broker, state), Labels.Broker(broker.Key), new("state", Labels.Name(state)));

    private IEnumerable<Measurement<long>> LeftOut() =>
        from broker in brokers.All
        from cause in Enum.GetValues<LeftOutCause>()
        select new Measurement<long>(broker.Counts.LeftOutFor(cause), Labels.Broker(broker.Key), new("cause", Labels.Name(cause)));

    private static long Is(BrokerConnection broker, BrokerState state) => broker.State.State == state ? 1 : 0;

    private static long Changes(BrokerConnection broker, BrokerState state) => broker.Counts.Changes(state);
}
