namespace Bridge.Server.Configuration;

/// <summary>The configuration cannot be used. Each error is one line that begins with the key's path.</summary>
/// <param name="errors">The errors, all that were found.</param>
public sealed class BridgeConfigurationException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>What is wrong: <c>key:path: what is wrong with it</c>.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
