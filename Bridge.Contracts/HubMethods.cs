namespace Bridge.Contracts;

/// <summary>The methods that clients invoke on the hub. Each takes one object, so that a later member breaks nobody.</summary>
public static class HubMethods
{
    /// <summary>Subscribes to a topic filter: takes a <see cref="SubscribeRequest"/>, answers a <see cref="SubscribeResult"/>.</summary>
    public const string Subscribe = "Subscribe";

    /// <summary>Ends a subscription: takes an <see cref="UnsubscribeRequest"/>, answers nothing.</summary>
    public const string Unsubscribe = "Unsubscribe";

    /// <summary>Reads last values: takes a <see cref="GetLastRequest"/>, answers a <see cref="GetLastResult"/>.</summary>
    public const string GetLast = "GetLast";

    /// <summary>Reads messages of the past: takes a <see cref="GetHistoryRequest"/>, answers a <see cref="GetHistoryResult"/>.</summary>
    public const string GetHistory = "GetHistory";

    /// <summary>Publishes a message: takes a <see cref="PublishRequest"/>, answers a <see cref="PublishReceipt"/>.</summary>
    public const string Publish = "Publish";

    /// <summary>Publishes a message and waits for its reply: takes a <see cref="ReplyRequest"/>, answers a <see cref="BridgeMessage"/>.</summary>
    public const string Request = "Request";

    /// <summary>Lists the brokers: takes nothing, answers an array of <see cref="BrokerInfo"/>.</summary>
    public const string GetBrokers = "GetBrokers";
}
