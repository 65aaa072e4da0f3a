using System.Globalization;
using System.Net.Http.Json;
using Bridge.Contracts;
using Bridge.Tests.Diagnostics;
using Bridge.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Bridge.Tests.EndToEnd;

/// <summary>A bridge that is killed again and again, amid everything.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Kills = 50;
    private const int PerSecond = 2000;

    private static readonly string[] Topics = [.. Enumerable.Range(0, 20).Select(i => $"numbers/{i}")];

    /// <summary>What is older than this when the bridge is killed must be there afterwards: a fifth of a second, and what a busy machine adds.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(600);

    private static readonly TimeSpan LongestMore = TimeSpan.FromMilliseconds(400);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task Kill_FiftyTimesWhileMessagesFlow_LosesNothingThatWasPromised()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0" });
        await using var proxy = new TcpProxy(broker.Port);
        await using var delivered = await broker.SubscribeAsync("durable", qos: 1);
        await using var numbers = await NumberStream.StartAsync(broker.Port, Topics, PerSecond, qos: 0);
        CrashReader[] readers = [new("all", isMessagePack: true), new("all", isMessagePack: false), new("latest", isMessagePack: true)];
        var publisher = new DurableNumbers();
        var expected = new Dictionary<string, int>();
        for (var kill = 0; kill <= Kills; kill++)
        {
            // Until the restored values were looked at, no new ones come.
            proxy.Cut();
            await using var bridge = await BridgeProcess.StartAsync(Settings(proxy));
            ShouldHave(await ReadAsync(bridge), expected, $"after kill {kill}");
            proxy.Mend();
            foreach (var reader in readers)
                await reader.BeginAsync(bridge.HubUrl);
            using var ending = new CancellationTokenSource();
            var publishing = publisher.RunAsync(bridge.Client, ending.Token);
            await readers[0].WaitForNewsAsync();

            await WaitAsync(LongestMore * Random.Shared.NextDouble());
            expected = readers[0].Latest();
            var taken = TimeProvider.System.GetTimestamp();
            await WaitAsync(Lag);
            // A disk may take longer; then it says so.
            await Scrape.WaitAsync(bridge.Client, scrape => scrape.Sum("bridge_persistence_lag_seconds") < TimeProvider.System.GetElapsedTime(taken).TotalSeconds);
            if (kill == Kills)
                (await bridge.StopAsync()).Should().Be(0);
            else
                await bridge.KillAsync();
            await ending.CancelAsync();
            await publishing;
            foreach (var reader in readers)
                await reader.EndAsync();
            bridge.Output.Items.Should().NotContain(line => line.Contains("[8001]"), "no file is broken");
        }

        await using (var bridge = await BridgeProcess.StartAsync(Settings(proxy)))
            await Eventually.HoldsAsync(() => publisher.Acknowledged.IsSubsetOf(Delivered(delivered)), TimeSpan.FromSeconds(60));
        publisher.Acknowledged.Count.Should().BeGreaterThan(Kills);
        readers.Should().OnlyContain(reader => reader.Received > Kills * PerSecond / 10);
        Directory.GetFiles(_folder.Path).Should().NotContain(file => file.Contains("corrupt") || file.Contains("unread"));
        ShouldBeSound(_folder.File("bridge.db"));
        ShouldBeSound(_folder.File("bridge.queue.db"));
    }

    private IEnumerable<KeyValuePair<string, string?>> Settings(TcpProxy proxy) =>
    [
        new("Bridge:Brokers:plant:Url", $"mqtt://127.0.0.1:{proxy.Port}"),
        new("Bridge:Persistence:Path", _folder.File("bridge.db")),
        new("Bridge:Persistence:HistoryPerTopic", "1000"),
        new("Bridge:Limits:PublishesPerSecond", "0"),
    ];

    private static Task WaitAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);

    private static async Task<Dictionary<string, BridgeMessage>> ReadAsync(BridgeProcess bridge) =>
        (await bridge.Client.GetFromJsonAsync<BridgeMessage[]>("/events?brokerKey=plant&topic=numbers/%23"))!.ToDictionary(message => message.Topic);

    private static void ShouldHave(Dictionary<string, BridgeMessage> values, Dictionary<string, int> expected, string when)
    {
        foreach (var (topic, number) in expected)
        {
            values.Should().ContainKey(topic, when);
            values[topic].Source.Should().Be(MessageSource.Restored, when);
            CrashReader.NumberOf(values[topic]).Should().BeGreaterThanOrEqualTo(number, when);
        }
    }

    private static HashSet<int> Delivered(MosquittoSubscription subscription) =>
        [.. subscription.Messages.Select(message => int.Parse(message.Text, CultureInfo.InvariantCulture))];

    private static void ShouldBeSound(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        command.ExecuteScalar().Should().Be("ok");
    }

    /// <summary>Publishes numbers that the bridge must not lose once it has said that it has them.</summary>
    private sealed class DurableNumbers
    {
        private int _next;

        public HashSet<int> Acknowledged { get; } = [];

        public async Task RunAsync(HttpClient client, CancellationToken ending)
        {
            while (!ending.IsCancellationRequested)
            {
                var number = _next++;
                try
                {
                    var message = new { brokerKey = "plant", topic = "durable", message = number.ToString(CultureInfo.InvariantCulture), durable = true };
                    using var response = await client.PostAsJsonAsync("/publish", message, ending);
                    if (response.IsSuccessStatusCode)
                        Acknowledged.Add(number);
                }
                catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
                {
                    // It was killed before it answered: nothing was promised.
                }
            }
        }
    }
}
