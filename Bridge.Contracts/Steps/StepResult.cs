namespace Bridge.Contracts.Steps;

/// <summary>What a step makes of a message.</summary>
public readonly struct StepResult
{
    private readonly object? _content;

    private StepResult(StepOutcome outcome, object? content) => (Outcome, _content) = (outcome, content);

    /// <summary>The message goes on as it is. Also <c>default</c>.</summary>
    public static StepResult Pass => default;

    /// <summary>The message ends here, and that is how it should be.</summary>
    public static StepResult Drop { get; } = new(StepOutcome.Drop, null);

    /// <summary>What it is.</summary>
    public StepOutcome Outcome { get; }

    /// <summary>The message that goes on, for <see cref="StepOutcome.Change"/>; otherwise null.</summary>
    public BridgeMessage? Message => _content as BridgeMessage;

    /// <summary>The messages that go on, for <see cref="StepOutcome.Split"/>; otherwise empty.</summary>
    public IReadOnlyList<BridgeMessage> Messages => _content as IReadOnlyList<BridgeMessage> ?? [];

    /// <summary>Why the message is refused, for <see cref="StepOutcome.Reject"/>; otherwise null.</summary>
    public string? Reason => _content as string;

    /// <summary>Another message goes on in its place: usually <c>message with { … }</c>. Another topic or broker key reroutes it.</summary>
    /// <param name="message">The message; its topic must be an MQTT topic name, its broker configured.</param>
    /// <returns>The result.</returns>
    public static StepResult Change(BridgeMessage message) => new(StepOutcome.Change, message ?? throw new ArgumentNullException(nameof(message)));

    /// <summary>Several messages go on in its place, in this order.</summary>
    /// <param name="messages">The messages. None is as <see cref="Drop"/>.</param>
    /// <returns>The result.</returns>
    public static StepResult Split(IReadOnlyList<BridgeMessage> messages) => new(StepOutcome.Split, (BridgeMessage[])[.. messages ?? throw new ArgumentNullException(nameof(messages))]);

    /// <summary>The message is refused: it goes no further, and who published it is told why.</summary>
    /// <param name="reason">Why, for people; it reaches clients, so it must tell them no secret.</param>
    /// <returns>The result.</returns>
    public static StepResult Reject(string reason) => new(StepOutcome.Reject, reason ?? throw new ArgumentNullException(nameof(reason)));

    /// <summary>A step that has its result at once returns it as it is.</summary>
    /// <param name="result">The result.</param>
    public static implicit operator ValueTask<StepResult>(StepResult result) => new(result);
}

/// <summary>What becomes of a message.</summary>
public enum StepOutcome : byte
{
    /// <summary>It goes on as it is.</summary>
    Pass,

    /// <summary>Another goes on in its place.</summary>
    Change,

    /// <summary>It ends here.</summary>
    Drop,

    /// <summary>Several go on in its place.</summary>
    Split,

    /// <summary>It is refused.</summary>
    Reject,
}
