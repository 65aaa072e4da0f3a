using Bridge.Contracts;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>What a step remembers of each topic. Of so many topics at most: then the one that was asked for least recently is forgotten.</summary>
/// <param name="most">How many.</param>
internal sealed class TopicMemory<T>(int most)
{
    private readonly Dictionary<TopicKey, LinkedListNode<Entry>> _topics = [];
    private readonly LinkedList<Entry> _byUse = [];

    /// <summary>Is held around each use of the memory, and of what it returns.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What is remembered of the topic, to read and to change; <c>default</c> where it is new.</summary>
    public ref T? Get(TopicKey topic, out bool isKnown)
    {
        isKnown = _topics.TryGetValue(topic, out var node);
        if (node is not null)
            _byUse.Remove(node);
        else
            node = Add(topic);
        _byUse.AddLast(node);
        return ref node.ValueRef.Value;
    }

    public void Forget(TopicKey topic)
    {
        if (_topics.Remove(topic, out var node))
            _byUse.Remove(node);
    }

    private LinkedListNode<Entry> Add(TopicKey topic)
    {
        if (_topics.Count >= most)
            Forget(_byUse.First!.Value.Topic);
        return _topics[topic] = new LinkedListNode<Entry>(new Entry { Topic = topic });
    }

    private struct Entry
    {
        public TopicKey Topic;
        public T? Value;
    }
}

/// <summary>A topic of a broker, on one way.</summary>
internal readonly record struct TopicKey(StepStage Stage, string Broker, string Topic)
{
    public static TopicKey Of(BridgeMessage message, StepStage stage) => new(stage, message.BrokerKey, message.Topic);
}
