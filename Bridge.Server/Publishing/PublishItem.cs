using Bridge.Contracts;
using Bridge.Server.Messages;

namespace Bridge.Server.Publishing;

/// <summary>One of several messages: what is published, and what became of it.</summary>
internal sealed class PublishItem
{
    /// <param name="read">Reads the message; where it fails, that is what became of it.</param>
    public PublishItem(Func<PublishRequest> read)
    {
        try
        {
            Request = read();
        }
        catch (BridgeException exception)
        {
            Failure = exception;
        }
    }

    /// <summary>The message; null where it could not be read.</summary>
    public PublishRequest? Request { get; }

    public PublishReceipt? Receipt { get; private set; }

    public BridgeException? Failure { get; private set; }

    /// <summary>Whether it could be read, and passes a check. The failure is noted where it does not.</summary>
    public bool Passes(Action<PublishRequest> check)
    {
        if (Failure is not null)
            return false;

        try
        {
            check(Request!);
        }
        catch (BridgeException exception)
        {
            Failure = exception;
        }

        return Failure is null;
    }

    /// <summary>Publishes it. A failure is noted, and not thrown.</summary>
    public async Task PublishAsync(Func<PublishRequest, Task<PublishReceipt>> publish)
    {
        try
        {
            Receipt = await publish(Request!);
        }
        catch (BridgeException exception)
        {
            Failure = exception;
        }
    }
}
