using System.Globalization;
using System.Text.Json;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>One connection of any kind that is subscribed to a stream of numbers, and what it was given.</summary>
internal sealed class StreamWatcher(
    string name, IAsyncDisposable connection, Func<IReadOnlyList<StreamWatcher.Seen>> seen, Func<long> skipped) : IAsyncDisposable
{
    public string Name { get; } = name;

    /// <summary>All numbers, in the order in which they came.</summary>
    public IReadOnlyList<Seen> Numbers => seen();

    /// <summary>How many messages the connection was told that it missed.</summary>
    public long Skipped => skipped();

    public static async Task<StreamWatcher> NodeAsync(string hubUrl, string protocol, string brokerKey, string filter)
    {
        var client = await NodeHubClient.ConnectAsync(hubUrl, protocol);
        await client.InvokeAsync("Subscribe", new { brokerKey, topic = filter });
        return new($"Node, {protocol}", client, () => [.. client.Batches.SelectMany(SeenIn)], () => client.Batches.Sum(SkippedIn));
    }

    public static async Task<StreamWatcher> HubAsync(string hubUrl, bool messagePack, string brokerKey, string filter)
    {
        var client = await HubClient.ConnectAsync(hubUrl, messagePack);
        var subscription = await client.SubscribeAsync(brokerKey, filter);
        return new(
            $".NET, {(messagePack ? "messagepack" : "json")}, {subscription.MatchedTopics} topics",
            client,
            () => [.. client.Batches.Items.SelectMany(batch => batch.Messages.Select(message => SeenAs(message, batch.Snapshot)))],
            () => client.Batches.Items.Sum(batch => batch.Skipped));
    }

    public static async Task<StreamWatcher> SdkAsync(string hubUrl, string brokerKey, string filter)
    {
        var client = await BridgeClient.ConnectAsync(hubUrl);
        var subscription = client.SubscribeAsync(brokerKey, filter);
        var messages = new Collected<BridgeMessage>();
        _ = Task.Run(async () =>
        {
            await foreach (var message in subscription)
                messages.Add(message);
        });
        return new(
            "SDK", client, () => [.. messages.Items.Select(message => SeenAs(message, null))], () => subscription.Skipped);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static Seen SeenAs(BridgeMessage message, bool? isSnapshot) =>
        new(message.Topic, int.Parse(message.GetText(), CultureInfo.InvariantCulture), isSnapshot);

    private static IEnumerable<Seen> SeenIn(JsonElement batch) =>
        batch.GetProperty("messages").EnumerateArray().Select(message => new Seen(
            message.GetProperty("topic").GetString()!,
            int.Parse(message.GetProperty("message").GetString()!, CultureInfo.InvariantCulture),
            batch.TryGetProperty("snapshot", out var isSnapshot) && isSnapshot.GetBoolean()));

    private static long SkippedIn(JsonElement batch) => batch.TryGetProperty("skipped", out var count) ? count.GetInt64() : 0;

    /// <param name="Topic">Where it came.</param>
    /// <param name="Number">What it said.</param>
    /// <param name="IsSnapshot">Whether it was part of the snapshot; null where the client does not tell.</param>
    internal sealed record Seen(string Topic, int Number, bool? IsSnapshot);
}
