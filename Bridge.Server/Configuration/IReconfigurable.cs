namespace Bridge.Server.Configuration;

/// <summary>A part of the bridge whose settings may change while it runs.</summary>
internal interface IReconfigurable
{
    /// <summary>Makes ready for changed settings, and changes nothing yet.</summary>
    /// <returns>Puts them into effect, and completes when they are; it does not fail.</returns>
    /// <exception cref="BridgeConfigurationException">They cannot be used: then nobody uses them.</exception>
    Func<Task> Prepare(BridgeOptions options);
}
