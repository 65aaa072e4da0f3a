using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Follows numbers over many runs of a bridge, each time from the cursor that it had, and holds them against what was promised.</summary>
internal sealed class CrashReader(string mode, bool isMessagePack)
{
    private readonly Dictionary<string, int> _last = [];
    private HubClient _client = null!;
    private SubscribeResult _subscription = null!;
    private string? _cursor;

    /// <summary>How many messages it was sent.</summary>
    public long Received { get; private set; }

    public static int NumberOf(BridgeMessage message) => int.Parse(message.GetText(), CultureInfo.InvariantCulture);

    /// <summary>Begins to follow a run.</summary>
    public async Task BeginAsync(string hubUrl)
    {
        _client = await HubClient.ConnectAsync(hubUrl, isMessagePack);
        _subscription = await _client.SubscribeAsync(new SubscribeRequest
        {
            BrokerKey = "plant",
            Topic = "numbers/#",
            Mode = mode == "all" ? SubscriptionMode.All : SubscriptionMode.Latest,
            Snapshot = false,
            ResumeFrom = _cursor,
        });
        _subscription.Resumed.Should().Be(_cursor is not null, "the stream is the same in each run");
        _subscription.Gap.Should().Be(_cursor is not null, "nobody knows what came between two runs");
    }

    /// <summary>Waits until something has come that no run before had.</summary>
    public Task WaitForNewsAsync() => _client.Messages.WaitForAsync(
        message => message.Source == MessageSource.Live && NumberOf(message) > _last.GetValueOrDefault(message.Topic, -1) + 1, Eventually.ReconnectTimeout);

    /// <summary>The newest number of each topic, as of now.</summary>
    public Dictionary<string, int> Latest()
    {
        var latest = new Dictionary<string, int>();
        foreach (var message in _client.Messages.Items)
            latest[message.Topic] = NumberOf(message);
        return latest;
    }

    /// <summary>Checks what the run has brought, when it has ended.</summary>
    public async Task EndAsync()
    {
        await _client.DisposeAsync();
        var batches = _client.Batches.Items.ToList();
        if (batches.Count > 0)
        {
            batches[0].Gap.Should().Be(_cursor is not null);
            batches.Skip(1).Should().OnlyContain(batch => !batch.Gap);
            _cursor = batches[^1].Cursor;
        }

        _cursor ??= _subscription.Cursor;
        foreach (var topic in batches.SelectMany(batch => batch.Messages).GroupBy(message => message.Topic))
            Check(topic.Key, [.. topic.Select(NumberOf)], batches.Sum(batch => batch.Skipped));
    }

    private void Check(string topic, int[] numbers, long skipped)
    {
        Received += numbers.Length;
        var isFirst = !_last.TryGetValue(topic, out var before);
        int[] all = isFirst ? numbers : [before, .. numbers];
        var steps = all.Zip(all.Skip(1), (number, next) => next - number).ToList();
        steps.Should().OnlyContain(step => step > 0, "nothing comes twice, and nothing out of order");
        if (mode == "all" && skipped == 0)
            steps.Count(step => step > 1).Should().BeLessThanOrEqualTo(isFirst ? 0 : 1, "what is missing is missing at one place, where the bridge was away");
        _last[topic] = numbers[^1];
    }
}
