namespace Bridge.Server.Publishing;

/// <summary>What came with one idempotency key, a message or an array of them, and what became of it.</summary>
internal sealed class KeyedPublish
{
    private readonly byte[] _digest;
    private PublishAnswer?[] _answers;

    public KeyedPublish(CallerKey key, byte[] digest, int messages)
    {
        Key = key;
        _digest = digest;
        _answers = new PublishAnswer?[messages];
        Place = new(this);
    }

    public CallerKey Key { get; }

    /// <summary>Its place among those that are forgotten in their order.</summary>
    public LinkedListNode<KeyedPublish> Place { get; }

    /// <summary>When the last run ended.</summary>
    public long AnsweredAt { get; private set; }

    /// <summary>What publishes it now; null where nothing does.</summary>
    public PublishRun? Run { get; private set; }

    /// <summary>How many messages of an array it has. What came alone is counted by its key.</summary>
    public int Items => _answers.Length > 1 ? _answers.Length : 0;

    /// <summary>Whether no message is left to publish.</summary>
    public bool IsComplete => !_answers.Contains(null);

    public bool HasDigest(ReadOnlySpan<byte> digest) => digest.SequenceEqual(_digest);

    /// <summary>Begins to publish what is left.</summary>
    public PublishRun Start() => Run = new PublishRun(_answers);

    /// <summary>Notes what the run has brought.</summary>
    /// <returns>Whether there is anything to remember.</returns>
    public bool End(PublishAnswer?[] answers, long now)
    {
        (Run, _answers, AnsweredAt) = (null, answers, now);
        return Array.Exists(answers, answer => answer is not null);
    }

    /// <summary>A run with nothing left to publish.</summary>
    public PublishRun Repeat()
    {
        var run = new PublishRun(_answers);
        run.Complete();
        return run;
    }
}
