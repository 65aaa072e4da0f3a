using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hostile;

/// <summary>Well-behaved clients: two publish numbers, through the hub and through HTTP, and two receive them, in each protocol of the hub.</summary>
internal sealed class Witness : IAsyncDisposable
{
    private const string HubTopic = "good/hub";
    private const string HttpTopic = "good/http";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly BridgeProcess _bridge;
    private readonly HubClient[] _subscribers;
    private readonly HubClient _publisher;
    private readonly Task<int> _throughHub;
    private readonly Task<int> _throughHttp;

    private Witness(BridgeProcess bridge, HubClient[] subscribers, HubClient publisher)
    {
        (_bridge, _subscribers, _publisher) = (bridge, subscribers, publisher);
        _throughHub = RunAsync(number => _publisher.PublishAsync(HostileScene.BrokerKey, HubTopic, number));
        _throughHttp = RunAsync(PublishOverHttpAsync);
    }

    public static async Task<Witness> StartAsync(BridgeProcess bridge)
    {
        HubClient[] subscribers = [await HubClient.ConnectAsync(bridge.HubUrl, messagePack: false), await HubClient.ConnectAsync(bridge.HubUrl, messagePack: true)];
        foreach (var subscriber in subscribers)
            await subscriber.SubscribeAsync(HostileScene.BrokerKey, "good/#");
        return new(bridge, subscribers, await HubClient.ConnectAsync(bridge.HubUrl));
    }

    /// <summary>Stops, and checks that every number was acknowledged, and came to both, in order, and that the link to the broker never went down.</summary>
    /// <returns>How many numbers there were.</returns>
    public async Task<int> ShouldHaveSeenAllAsync()
    {
        await _stopping.CancelAsync();
        var published = new Dictionary<string, int> { [HubTopic] = await _throughHub, [HttpTopic] = await _throughHttp };
        foreach (var subscriber in _subscribers)
        {
            foreach (var (topic, count) in published)
            {
                await subscriber.WaitForMessageAsync(topic, message => message.GetText() == Text(count - 1));
                subscriber.Messages.Items.Where(message => message.Topic == topic).Select(message => message.GetText())
                    .Should().Equal(Enumerable.Range(0, count).Select(Text), topic);
            }

            subscriber.Batches.Items.Should().OnlyContain(batch => batch.Skipped == 0);
            subscriber.States.Items.Should().NotContain(state => state.State != BrokerState.Connected);
        }

        return published.Values.Sum();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var client in _subscribers.Append(_publisher))
            await client.DisposeAsync();
        // A failure is told by who asks for the count.
        await Task.WhenAny(Task.WhenAll(_throughHub, _throughHttp));
        _stopping.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<int> RunAsync(Func<string, Task> publish)
    {
        using var timer = new PeriodicTimer(Pause);
        var next = 0;
        while (!_stopping.IsCancellationRequested)
        {
            await publish(Text(next++));
            await timer.WaitForNextTickAsync();
        }

        return next;
    }

    private async Task PublishOverHttpAsync(string number)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var body = new StringContent(number);
        using var response = await _bridge.Client.PostAsync(new Uri($"/publish?brokerKey={HostileScene.BrokerKey}&topic={HttpTopic}", UriKind.Relative), body, patience.Token);
        response.EnsureSuccessStatusCode();
    }
}
