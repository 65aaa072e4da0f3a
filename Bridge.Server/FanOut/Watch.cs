using Bridge.Server.Topics;

namespace Bridge.Server.FanOut;

/// <summary>One filter that somebody waits for the next message of; all who wait for it share this. Guarded by the stream's lock.</summary>
internal sealed class Watch(TopicFilter filter) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TopicFilter Filter { get; } = filter;

    /// <summary>How many wait.</summary>
    public int Waiting { get; set; }

    /// <summary>Completes when a message has come.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Wakes all who wait: thousands take milliseconds, in which whoever brings the messages goes on.</summary>
    void IThreadPoolWorkItem.Execute() => _changed.SetResult();
}
