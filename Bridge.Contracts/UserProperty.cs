namespace Bridge.Contracts;

/// <summary>A user property of an MQTT 5 message (MQTT 5 §3.3.2.3.7): names may repeat, order is kept. On the wire <c>[name, value]</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public readonly record struct UserProperty(string Name, string Value);
