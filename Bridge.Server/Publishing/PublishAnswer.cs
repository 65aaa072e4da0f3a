using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>What became of a message with an idempotency key: a receipt, or a failure. Equal ones share an instance: there are many.</summary>
internal sealed class PublishAnswer
{
    /// <summary>As many as there are qualities of service and reasons.</summary>
    private static readonly ConcurrentDictionary<PublishReceipt, PublishAnswer> Receipts = new();

    private readonly PublishReceipt? _receipt;
    private readonly Exception? _failure;

    private PublishAnswer(PublishReceipt receipt) => _receipt = receipt;

    public PublishAnswer(Exception failure) => _failure = failure;

    /// <summary>Whether a retry gets it too; otherwise it is certain that nothing was published.</summary>
    public bool IsFinal => _failure is not BridgeException { IsOutcomeUnknown: false };

    /// <summary>Without broker and topic: who asks brings these two, and a topic may be long.</summary>
    public static PublishAnswer Of(PublishReceipt receipt) =>
        Receipts.GetOrAdd(receipt with { BrokerKey = "", Topic = "" }, static shared => new PublishAnswer(shared));

    /// <summary>The receipt of a message.</summary>
    /// <exception cref="Exception">The failure, where it is one.</exception>
    public PublishReceipt For(PublishRequest request)
    {
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return _receipt! with { BrokerKey = request.BrokerKey, Topic = request.Topic };
    }
}
