namespace Bridge.Benchmarks.Clients;

/// <summary>Names that the load tool gives to things in the bridge that it starts.</summary>
internal static class BridgeNames
{
    public const string BrokerKey = "load";

    /// <summary>A user who keeps within the limits; its API key is its name.</summary>
    public const string Steady = "steady";

    /// <summary>A user who does not.</summary>
    public const string Flooding = "flooding";

    /// <summary>So many publishes and so many reads a second each user may do, where users are limited.</summary>
    public const int Limit = 200;

    public static string[] Users { get; } = [Steady, Flooding];
}
