using System.Globalization;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>A program whose connection to the bridge is cut and made again, while messages are published.</summary>
public sealed class SdkResumeTests
{
    [ToolTheory(Tool.Mosquitto)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enumerate_ConnectionCutWhileMessagesArePublished_GetsEachOfThemOnce(bool snapshot)
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var host = await BridgeHost.StartAsync(BrokerSettings.Of("plant", broker));
        await host.WaitForStateAsync("plant", BrokerState.Connected);
        await using var publisher = await HubClient.ConnectAsync(host.HubUrl);
        await using var proxy = new TcpProxy(new Uri(host.Url).Port);
        await using var bridge = await BridgeClient.ConnectAsync($"http://127.0.0.1:{proxy.Port}/hub");
        var numbers = new Collected<int>();
        using var stop = new CancellationTokenSource();
        await publisher.PublishAsync("plant", "n/0", "-1");
        var subscription = bridge.SubscribeAsync("plant", "n/+", snapshot);
        var reading = ReadAsync(subscription, numbers, stop.Token);
        await host.WaitForBrokerAsync("plant", info => info.Subscriptions == 1);

        await PublishAsync(publisher, 0, 100);
        await numbers.WaitForAsync(number => number == 99);
        proxy.Cut();
        await PublishAsync(publisher, 100, 300);
        proxy.Mend();
        await PublishAsync(publisher, 300, 400);

        await numbers.WaitForAsync(number => number == 399);
        numbers.Items.Should().Equal(Enumerable.Range(snapshot ? -1 : 0, snapshot ? 401 : 400));
        subscription.Gaps.Should().Be(0);
        await stop.CancelAsync();
        await reading.WaitAsync(Eventually.DefaultTimeout);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Enumerate_BridgeIsRestarted_GoesOnAndTellsOfTheGap()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await MosquittoBroker.StartNewAsync();
        var url = $"http://127.0.0.1:{LoopbackPort.Find()}";
        KeyValuePair<string, string?>[] settings =
            [new("Bridge:Brokers:plant:Url", broker.Url), new("Bridge:Persistence:Path", folder.File("bridge.db")), new("ASPNETCORE_URLS", url)];
        var numbers = new Collected<int>();
        using var stop = new CancellationTokenSource();
        var first = await BridgeProcess.StartAsync(settings);
        await using var bridge = await BridgeClient.ConnectAsync($"{url}/hub");
        var subscription = bridge.SubscribeAsync("plant", "n/+");
        var reading = ReadAsync(subscription, numbers, stop.Token);
        await using (first)
        {
            await Eventually.HoldsAsync(async () =>
            {
                await broker.PublishAsync("n/0", "0");
                return numbers.Items.Contains(0);
            });
            await first.StopAsync();
        }

        await using var second = await BridgeProcess.StartAsync(settings);
        await Eventually.HoldsAsync(() => subscription.Gaps == 1, Eventually.ReconnectTimeout);
        await Eventually.HoldsAsync(async () =>
        {
            await broker.PublishAsync("n/1", "1");
            return numbers.Items.Contains(1);
        });

        numbers.Items.SkipWhile(number => number == 0).Should().OnlyContain(number => number == 1, "nothing comes again");
        subscription.Gaps.Should().Be(1);
        await stop.CancelAsync();
        await reading.WaitAsync(Eventually.DefaultTimeout);
    }

    private static async Task ReadAsync(BridgeSubscription subscription, Collected<int> numbers, CancellationToken stop)
    {
        try
        {
            await foreach (var message in subscription.WithCancellation(stop))
                numbers.Add(int.Parse(message.GetText(), CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As it was told to.
        }
    }

    private static async Task PublishAsync(HubClient publisher, int from, int to)
    {
        for (var i = from; i < to; i++)
            await publisher.PublishAsync("plant", $"n/{i % 3}", i.ToString(CultureInfo.InvariantCulture));
    }
}
