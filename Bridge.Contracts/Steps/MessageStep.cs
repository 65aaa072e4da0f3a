namespace Bridge.Contracts.Steps;

/// <summary>
/// Processes messages between a broker and the bridge's clients. Derive from it and override what is to be processed; a method that is not
/// overridden is never called, and costs nothing.
/// </summary>
/// <remarks>
/// <para>
/// One instance serves all brokers that it is configured for. What comes from one broker on one topic comes in order, and each message only
/// when the step is done with the one before, or has taken too long; other topics, publishes, reads and other brokers may come at the same
/// time, from different threads. It lives until the process ends, also where other settings put another in its place: it is not disposed of.
/// </para>
/// <para>
/// A method that answers at once (<see cref="StepResult"/> converts to a completed task) allocates nothing. One that waits, for a database
/// say, holds up its own topic only. What takes longer than the step's timeout, or throws, is counted, and the message goes on without this
/// step or goes no further, as configured (<c>OnFailure</c>).
/// </para>
/// </remarks>
public abstract class MessageStep
{
    /// <summary>Processes a message that came from a broker, before it is anybody's last value and before subscribers get it.</summary>
    /// <param name="message">The message. Never null; its cursor is.</param>
    /// <param name="context">Where it is processed.</param>
    /// <returns>What becomes of it. A changed topic or broker key shows it there; nobody is told of a rejection, but it is counted.</returns>
    public virtual ValueTask<StepResult> OnMessageAsync(BridgeMessage message, StepContext context) => StepResult.Pass;

    /// <summary>
    /// Processes a message that a client publishes, after it was found to be allowed and before it goes to its broker. What the step makes of
    /// it is not checked against the client's rights again.
    /// </summary>
    /// <param name="message">
    /// The message. Its <see cref="BridgeMessage.ReceivedAt"/> is the time of the publish, and its <see cref="BridgeMessage.ExpiresAt"/> says
    /// when the broker is to forget it.
    /// </param>
    /// <param name="context">Where it is processed, and who publishes.</param>
    /// <returns>What becomes of it. The client of a rejected message gets <see cref="ErrorCodes.StepRejected"/> with the reason.</returns>
    public virtual ValueTask<StepResult> OnPublishAsync(BridgeMessage message, StepContext context) => StepResult.Pass;

    /// <summary>
    /// Processes a last value that a client reads: <c>GetLast</c> and <c>GET /events</c>, not what subscribers and event streams get. It stays
    /// on its topic and its broker, and one value cannot become several.
    /// </summary>
    /// <param name="message">The value, as it is kept.</param>
    /// <param name="context">Where it is processed, and who reads.</param>
    /// <returns>What the client is shown. Dropped is as if there was no value; a list leaves out what is rejected.</returns>
    public virtual ValueTask<StepResult> OnReadAsync(BridgeMessage message, StepContext context) => StepResult.Pass;
}
