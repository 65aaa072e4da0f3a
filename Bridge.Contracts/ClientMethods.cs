namespace Bridge.Contracts;

/// <summary>The methods that the hub calls on its clients.</summary>
public static class ClientMethods
{
    /// <summary>Delivers a <see cref="MessageBatch"/>.</summary>
    public const string Messages = "Messages";

    /// <summary>Tells a <see cref="BrokerStateChange"/> to connections that are subscribed on that broker.</summary>
    public const string BrokerState = "BrokerState";
}
