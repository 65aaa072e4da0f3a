using Bridge.Server.Caching;

namespace Bridge.Server.FanOut;

/// <summary>What outlasts a run of the bridge.</summary>
internal interface IStreamStore
{
    /// <summary>Gives what a broker's stream begins with. It is the same stream as in the run before, where anything of that is known.</summary>
    /// <param name="brokerKey">The broker.</param>
    /// <param name="newEpoch">The epoch of the stream, should it be a new one.</param>
    StreamStart Begin(string brokerKey, string newEpoch);

    /// <summary>The messages on disk of a stream that has begun; null where none are kept.</summary>
    IStreamHistory? HistoryOf(string brokerKey);

    /// <summary>Writes down from now on what comes to a stream that has begun.</summary>
    void Follow(MessageStream stream);

    /// <summary>Writes down the rest of a stream that has ended: should its broker come back, it goes on from there.</summary>
    void Leave(MessageStream stream);
}

/// <summary>Where nothing outlasts the run.</summary>
internal sealed class NoStreamStore : IStreamStore
{
    public StreamStart Begin(string brokerKey, string newEpoch) => new(newEpoch);

    public IStreamHistory? HistoryOf(string brokerKey) => null;

    public void Follow(MessageStream stream)
    {
    }

    public void Leave(MessageStream stream)
    {
    }
}
