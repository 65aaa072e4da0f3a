namespace Bridge.ClientSdk;

/// <summary>The bridge refused or could not do what was asked, or there is no connection to it.</summary>
public sealed class BridgeException : Exception
{
    /// <summary>
    /// The <see cref="Code"/> of failures that this client found itself: there is no connection to the bridge, or it was lost
    /// before the answer came. Then the bridge may or may not have done what it was asked.
    /// </summary>
    public const string Disconnected = "bridge_disconnected";

    /// <summary>Makes the exception.</summary>
    /// <param name="code">What went wrong, for programs.</param>
    /// <param name="message">What went wrong, for people.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public BridgeException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>
    /// What went wrong, for programs: one of <see cref="Bridge.Contracts.ErrorCodes"/>, another code of a newer bridge, or
    /// <see cref="Disconnected"/>. A failure that the bridge gave no code for is
    /// <see cref="Bridge.Contracts.ErrorCodes.Internal"/>.
    /// </summary>
    public string Code { get; }
}
