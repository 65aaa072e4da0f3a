namespace Bridge.Server.FanOut;

/// <summary>What a batch says beside its messages.</summary>
/// <param name="Subscription">The feed's id.</param>
/// <param name="BrokerKey">The broker.</param>
/// <param name="Cursor">The position that the batch reaches.</param>
/// <param name="Skipped">How many messages were left out before it.</param>
/// <param name="Snapshot">Whether it is part of a snapshot.</param>
/// <param name="SnapshotComplete">Whether it is the last part of one.</param>
/// <param name="Gap">Whether the bridge itself may have missed messages before it.</param>
internal readonly record struct BatchHeader(
    string Subscription,
    string BrokerKey,
    string Cursor,
    long Skipped = 0,
    bool Snapshot = false,
    bool SnapshotComplete = false,
    bool Gap = false);
