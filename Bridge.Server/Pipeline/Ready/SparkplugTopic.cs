using Bridge.Server.Topics;

namespace Bridge.Server.Pipeline.Ready;

/// <summary>A topic of an edge node or of a device of one (Sparkplug 3.0 §4.1).</summary>
/// <param name="Kind">What kind of message it has, such as <c>DDATA</c>.</param>
/// <param name="Source">Whose message it is: <c>group/edge</c> or <c>group/edge/device</c>.</param>
internal readonly record struct SparkplugTopic(string Kind, string Source)
{
    private const string Namespace = "spBv1.0/";

    private static readonly string[] OfNodes = ["NBIRTH", "NDATA", "NDEATH", "NCMD"];
    private static readonly string[] OfDevices = ["DBIRTH", "DDATA", "DDEATH", "DCMD"];

    public bool IsBirth => Kind.EndsWith("BIRTH", StringComparison.Ordinal);

    public bool IsCommand => Kind.EndsWith("CMD", StringComparison.Ordinal);

    /// <returns>Null: it is another topic.</returns>
    public static SparkplugTopic? Parse(string topic)
    {
        if (!topic.StartsWith(Namespace, StringComparison.Ordinal))
            return null;

        var levels = new TopicLevels(topic.AsSpan(Namespace.Length));
        levels.MoveNext();
        var group = levels.Current;
        if (!levels.MoveNext())
            return null;

        var kind = levels.Current;
        var count = topic.AsSpan().Count('/');
        if (Find(count switch { 3 => OfNodes, 4 => OfDevices, _ => [] }, kind) is not { } known)
            return null;

        var rest = topic.AsSpan(Namespace.Length + group.Length + 1 + kind.Length + 1);
        return new SparkplugTopic(known, string.Concat(group, "/", rest));
    }

    private static string? Find(string[] kinds, ReadOnlySpan<char> kind)
    {
        foreach (var known in kinds)
        {
            if (kind.SequenceEqual(known))
                return known;
        }

        return null;
    }
}
