using System.Globalization;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>Hundreds who poll, and hundreds who read streams and lose them all the time, beside a broker that publishes numbers.</summary>
public sealed class ManyReadersTests
{
    private const int Pollers = 200;
    private const int StreamReaders = 200;
    private const double PerSecond = 60;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 6).Select(i => $"numbers/{i}")];

    // They have one address, and no names; and the client reads on for two seconds before it closes what it has left.
    private static readonly KeyValuePair<string, string?>[] Unlimited =
        [new("Bridge:Limits:SubscribesPerSecond", "0"), new("Bridge:Limits:ReadsPerSecond", "0"), new("Bridge:Limits:ConnectionsPerAddress", "0")];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ToolFact(Tool.Mosquitto)]
    public async Task Read_WithLostConnections_LosesNoNumberAndDoublesNone()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync([.. BrokerSettings.Of("plant", broker), .. Unlimited]);
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var numbers = await NumberStream.StartAsync(broker.Port, Topics, PerSecond);
        var streams = Enumerable.Range(0, StreamReaders).Select(seed => new StreamReading(host.Client, seed)).ToList();
        var pollers = Enumerable.Range(0, Pollers).Select(_ => new Poller(host.Client)).ToList();
        using var ending = new CancellationTokenSource(3 * Patience);
        var running = streams.Select(reader => reader.RunAsync(ending.Token)).Concat(pollers.Select(poller => poller.RunAsync(ending.Token))).ToList();

        // Until everybody has seen many numbers, and lost many connections.
        await Eventually.HoldsAsync(() => streams.All(reader => reader.Connections > 5) && numbers.Published > 600, Patience);
        var published = await numbers.StopAsync();
        var last = published.ToDictionary(topic => topic.Key, topic => topic.Value - 1);
        await Eventually.HoldsAsync(
            () => streams.All(reader => reader.HasAll(last)) && pollers.All(poller => poller.HasAll(last)), Patience,
            () => $"{streams.Count(reader => reader.HasAll(last))} streams and {pollers.Count(poller => poller.HasAll(last))} pollers have them.");
        await ending.CancelAsync();
        await Task.WhenAll(running).WaitAsync(Patience);

        foreach (var reader in streams)
        {
            foreach (var (topic, received) in reader.Received)
                received.Should().Equal(Enumerable.Range(received[0], last[topic] - received[0] + 1), "each number after the first comes, once, in order");
        }
    }

    /// <summary>Reads some events, breaks the connection off, and goes on with the last id, as a browser does.</summary>
    private sealed class StreamReading(HttpClient client, int seed)
    {
        private readonly Random _random = new(seed);
        private string? _lastEventId;

        public Dictionary<string, List<int>> Received { get; } = Topics.ToDictionary(topic => topic, _ => new List<int>());

        public int Connections { get; private set; }

        public bool HasAll(Dictionary<string, int> last)
        {
            lock (Received)
                return Received.All(topic => topic.Value.Count > 0 && topic.Value[^1] == last[topic.Key]);
        }

        public async Task RunAsync(CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                await using var stream = await EventStreamClient.OpenAsync(client, "/events?brokerKey=plant&topic=numbers/%2B", _lastEventId);
                await ReadAsync(stream, _random.Next(1, 60), ending);
                Connections++;
            }
        }

        private async Task ReadAsync(EventStreamClient stream, int count, CancellationToken ending)
        {
            for (var i = 0; i < count && !ending.IsCancellationRequested; i++)
            {
                StreamEvent? item;
                try
                {
                    item = await stream.ReadAsync(TimeSpan.FromSeconds(2));
                }
                catch (TimeoutException)
                {
                    // Nothing comes any more.
                    return;
                }

                if (item is null)
                    return;
                if (item.Type == "subscribed")
                    item.Data.GetProperty("resumed").GetBoolean().Should().Be(_lastEventId is not null);
                else if (item.Type == "message")
                    Add(item);
                _lastEventId = item.Id ?? _lastEventId;
            }
        }

        private void Add(StreamEvent item)
        {
            lock (Received)
                Received[item.Topic].Add(int.Parse(item.Message, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Keeps the last value of each topic by nothing but long polls.</summary>
    private sealed class Poller(HttpClient client)
    {
        private readonly Dictionary<string, int> _values = [];
        private string? _since;

        public bool HasAll(Dictionary<string, int> last)
        {
            lock (_values)
                return last.All(topic => _values.GetValueOrDefault(topic.Key, -1) == topic.Value);
        }

        public async Task RunAsync(CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                // To its end, which is near: the test's end breaks nothing off.
                var uri = $"/events?brokerKey=plant&topic=numbers/%23&wait=1{(_since is null ? "" : $"&since={_since}")}";
                using var response = await client.GetAsync(uri, CancellationToken.None);
                ((int)response.StatusCode).Should().BeOneOf(200, 304);
                response.Headers.Contains("Bridge-Cursor-Reset").Should().BeFalse();
                _since = response.Headers.GetValues("Bridge-Cursor").Single();
                if ((int)response.StatusCode == 200)
                    Take(JsonSerializer.Deserialize<BridgeMessage[]>(await response.Content.ReadAsStringAsync(CancellationToken.None))!);
            }
        }

        private void Take(BridgeMessage[] messages)
        {
            lock (_values)
            {
                foreach (var message in messages)
                    _values[message.Topic] = int.Parse(message.GetText(), CultureInfo.InvariantCulture);
            }
        }
    }
}
