namespace Bridge.Server.FanOut;

/// <summary>A record that belongs to no subscription. Of those that wait for a connection the latest of each subject is sent.</summary>
internal abstract class Notice : SharedRecord
{
    /// <summary>What it is about.</summary>
    public abstract string Subject { get; }
}
