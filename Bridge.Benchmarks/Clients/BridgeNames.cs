namespace Bridge.Benchmarks.Clients;

/// <summary>Names that the load tool gives to things in the bridge that it starts.</summary>
internal static class BridgeNames
{
    public const string BrokerKey = "load";
}
