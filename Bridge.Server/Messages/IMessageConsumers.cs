using Bridge.Contracts;

namespace Bridge.Server.Messages;

/// <summary>Who takes the messages of the brokers: each broker has its consumer, whichever link brings them.</summary>
internal interface IMessageConsumers
{
    /// <summary>The consumer of a broker, a new one where there is none.</summary>
    IMessageConsumer Open(string brokerKey);

    /// <summary>The consumer of a broker; null where there is none.</summary>
    IMessageConsumer? Find(string brokerKey);

    /// <summary>Ends the consumer of a broker that is no more, and tells those who are with it.</summary>
    /// <param name="brokerKey">The broker.</param>
    /// <param name="last">The last that they are told.</param>
    void Close(string brokerKey, BrokerStateChange last);
}
