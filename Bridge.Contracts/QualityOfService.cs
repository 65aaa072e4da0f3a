namespace Bridge.Contracts;

/// <summary>The quality of service of a message (MQTT 5 §4.3). On the wire its number.</summary>
public enum QualityOfService : byte
{
    /// <summary>QoS 0: sent once, not acknowledged.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: acknowledged, may arrive twice.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: acknowledged, arrives once.</summary>
    ExactlyOnce = 2,
}
