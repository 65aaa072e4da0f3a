namespace Bridge.Contracts.Steps;

/// <summary>Where a step processes a message.</summary>
/// <param name="Stage">On which way the message is.</param>
/// <param name="User">Who publishes or reads: the name of the API key, certificate or token; null for who needs none, and on arrival.</param>
/// <param name="CancellationToken">Is cancelled when the step has taken too long: nobody waits for it any more.</param>
public readonly record struct StepContext(StepStage Stage, string? User, CancellationToken CancellationToken);

/// <summary>On which way a message is processed.</summary>
public enum StepStage : byte
{
    /// <summary>From its broker to clients.</summary>
    Message,

    /// <summary>From a client to its broker.</summary>
    Publish,

    /// <summary>From the last values to who reads them.</summary>
    Read,
}
