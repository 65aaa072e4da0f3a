using System.Text;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Soak;

/// <summary>
/// Reads all of a broker's stream into a log, as server-sent events: each has its own cursor. When it was too slow, it goes on from the last
/// one, and gets what it has missed.
/// </summary>
internal sealed class SoakWitness(HttpClient client, string brokerKey)
{
    /// <summary>Longer than a link is down: nothing comes in that time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _cursor;

    public StreamLog Log { get; } = new();

    /// <summary>Completes when nothing is missed any more.</summary>
    public Task Begun => _begun.Task;

    public async Task RunAsync()
    {
        while (!Log.IsComplete)
        {
            await using var stream = await EventStreamClient.OpenAsync(client, $"/events?brokerKey={brokerKey}&topic=%23", _cursor);
            while (!Log.IsComplete && Take(await stream.ReadAsync(Patience) ?? throw new EndOfStreamException($"The stream of {brokerKey} ended.")))
                _cursor = stream.LastEventId;
        }
    }

    /// <returns>Whether nothing is missing before it.</returns>
    private bool Take(StreamEvent item)
    {
        if (item.Type == "subscribed")
            item.Data.GetProperty("resumed").GetBoolean().Should().Be(_cursor is not null, "the witness of {0} misses nothing", brokerKey);
        else if (item.Type == "message")
            Log.Add(item.Id!, item.Topic, SoakTopics.NumberOf(Encoding.UTF8.GetBytes(item.Message)));
        else if (item.Type == "snapshot-complete")
            _begun.TrySetResult();
        return item.Type != "skipped";
    }
}
