using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Hubs;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.Hosting;

/// <summary>A service manager stops the bridge while it is used: nobody loses what was promised.</summary>
public sealed class GracefulStopTests : IAsyncLifetime
{
    private const int Clients = 100;
    private const int Streams = 10;
    private const int Polls = 10;
    private const int DrainSeconds = 5;

    /// <summary>The bridge's own, without draining, and what a busy machine needs beside.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(7);

    private MosquittoBroker _broker = null!;

    public async Task InitializeAsync() => _broker = await MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "max_queued_messages 0\nmax_inflight_messages 1" });

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [ToolFact(Tool.Mosquitto)]
    public async Task Stop_WhileManyAreServed_LosesNothing()
    {
        await using var bridge = await StartAsync(("Bridge:Shutdown:DrainSeconds", $"{DrainSeconds}"));
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => SubscribedAsync(bridge, messagePack: i % 2 == 0)));
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => EventStreamClient.OpenAsync(bridge.Client, "/events?brokerKey=plant&topic=numbers&snapshot=false")));
        var events = streams.Select(ReadToEndAsync).ToList();
        var polls = Enumerable.Range(0, Polls).Select(_ => bridge.Client.GetAsync(new Uri("/events?brokerKey=plant&topic=never&wait=50", UriKind.Relative))).ToList();
        await using var raw = await RawHubSocket.ConnectAsync(bridge.HubUrl, "json");
        var publishing = PublishAsync(await HubClient.ConnectAsync(bridge.HubUrl));
        await clients[0].WaitForMessageAsync("numbers", message => message.GetText() == "20");

        var began = TimeProvider.System.GetTimestamp();
        var stopping = bridge.StopAsync();

        await Eventually.HoldsAsync(async () => (await ReadyAsync(bridge)) is (HttpStatusCode.ServiceUnavailable, "stopping"));
        (await bridge.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.OK);
        publishing.IsCompleted.Should().BeFalse("it serves while it drains");
        (await stopping).Should().Be(0);
        TimeProvider.System.GetElapsedTime(began).Should().BeGreaterThan(TimeSpan.FromSeconds(DrainSeconds)).And.BeLessThan(TimeSpan.FromSeconds(DrainSeconds) + Bound);
        var (acknowledged, failure) = await publishing;
        acknowledged.Should().BeGreaterThan(20);
        AssertToldOrCutOff(failure);
        foreach (var client in clients)
        {
            await HasAsync(client, acknowledged - 1);
            NumbersOf(client).Take(acknowledged).Should().Equal(Enumerable.Range(0, acknowledged), "what was acknowledged reaches everybody");
        }

        foreach (var numbers in await Task.WhenAll(events))
            numbers.Take(acknowledged).Should().Equal(Enumerable.Range(0, acknowledged));
        foreach (var poll in polls)
            (await poll).StatusCode.Should().BeOneOf(HttpStatusCode.NotModified, HttpStatusCode.NotFound);
        (await raw.ReceiveAsync()).Should().Contain("\"type\":7").And.Contain("\"allowReconnect\":true");
        await AssertLeftWellAsync();
        bridge.Output.Items.Should().NotContainMatch("*fail:*").And.NotContainMatch("*crit:*");
    }

    /// <summary>All is acknowledged to who published it, and most of it waits at the broker for the bridge, which has one at a time; there it gathers.</summary>
    [ToolFact(Tool.Mosquitto)]
    public async Task Stop_BrokerHasMuchToSend_DeliversAllOfIt()
    {
        // One round trip each, however long that takes on a busy machine.
        await using var bridge = await StartAsync(("Bridge:FanOut:GatherMilliseconds", "500"), ("shutdownTimeoutSeconds", "60"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => SubscribedAsync(bridge, messagePack: i % 2 == 0)));
        await using var numbers = await NumberStream.StartAsync(_broker.Port, ["numbers"], perSecond: 2_000);
        await bridge.SignalAsync("STOP");
        var before = numbers.Published;
        await Eventually.HoldsAsync(() => numbers.Published > before + 1_000);
        var count = (await numbers.StopAsync())["numbers"];

        await bridge.SignalAsync("TERM");
        await bridge.SignalAsync("CONT");

        (await bridge.StopAsync()).Should().Be(0, "a second signal changes nothing");
        foreach (var client in clients)
        {
            await HasAsync(client, count - 1);
            NumbersOf(client).Should().Equal(Enumerable.Range(0, count));
        }

        await AssertLeftWellAsync();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Stop_BrokerDoesNotAcknowledge_TellsWhoPublishes()
    {
        await using var bridge = await StartAsync();
        await using var client = await SubscribedAsync(bridge, messagePack: true);
        await _broker.FreezeAsync();
        var overHub = client.PublishAsync("plant", "a", "1");
        var overHttp = bridge.Client.PostAsJsonAsync(new Uri("/publish", UriKind.Relative), new { brokerKey = "plant", topic = "a", message = "1" });
        await Eventually.HoldsAsync(() => !overHub.IsCompleted && !overHttp.IsCompleted);

        var began = TimeProvider.System.GetTimestamp();
        var stopping = bridge.StopAsync();

        AssertToldOrCutOff((await overHub.Awaiting(task => task).Should().ThrowAsync<Exception>()).Which);
        using var answer = await overHttp;
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(ErrorCodes.BrokerDisconnected);
        answer.Headers.RetryAfter.Should().NotBeNull();
        (await stopping).Should().Be(0);
        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(Bound);
    }

    [ToolTheory(Tool.Mosquitto | Tool.Node)]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task Stop_HubConnectionOfAnyKind_IsToldWithoutAnError(string transport)
    {
        await using var bridge = await StartAsync();
        await using var client = await NodeHubClient.ConnectAsync(bridge.HubUrl, transport: transport);

        var began = TimeProvider.System.GetTimestamp();
        (await bridge.StopAsync()).Should().Be(0);

        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(Bound);
        var closed = await client.WaitForEventAsync(happened => happened.Event == "closed");
        closed.Args[0].ValueKind.Should().Be(JsonValueKind.Null, "an error would be its text");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Stop_SomebodyDoesNotRead_EndsWithinItsBound()
    {
        await using var bridge = await StartAsync();
        await using var client = await SubscribedAsync(bridge, messagePack: true);
        await using var silent = await RawHubSocket.ConnectAsync(bridge.HubUrl, "json");
        await silent.SendTextAsync("""{"type":1,"invocationId":"1","target":"Subscribe","arguments":[{"brokerKey":"plant","topic":"#"}]}""");
        (await silent.ReceiveAsync()).Should().NotBeEmpty();
        for (var i = 0; i < 50; i++)
            await client.PublishAsync("plant", $"large/{i}", new string('x', 200_000));

        var began = TimeProvider.System.GetTimestamp();
        (await bridge.StopAsync()).Should().Be(0);

        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(Bound);
        await AssertLeftWellAsync();
    }

    private async Task<BridgeProcess> StartAsync(params (string Key, string? Value)[] settings)
    {
        var bridge = await BridgeProcess.StartAsync(
            [.. BrokerSettings.Of("plant", _broker), .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]);
        await Eventually.HoldsAsync(async () => (await ReadyAsync(bridge)) is (HttpStatusCode.OK, _));
        return bridge;
    }

    private static async Task<HubClient> SubscribedAsync(BridgeProcess bridge, bool messagePack)
    {
        var client = await HubClient.ConnectAsync(bridge.HubUrl, messagePack);
        (await client.SubscribeAsync("plant", "numbers", snapshot: false)).State.Should().Be(BrokerState.Connected);
        return client;
    }

    /// <summary>Publishes 0, 1, 2, … one after the other, as long as that is acknowledged.</summary>
    private static async Task<(int Acknowledged, Exception Failure)> PublishAsync(HubClient client)
    {
        await using (client)
        {
            for (var number = 0; ; number++)
            {
                try
                {
                    await client.PublishAsync("plant", "numbers", number.ToString(CultureInfo.InvariantCulture));
                }
                catch (Exception exception)
                {
                    return (number, exception);
                }
            }
        }
    }

    private static async Task<List<int>> ReadToEndAsync(EventStreamClient stream)
    {
        await using (stream)
        {
            var numbers = new List<int>();
            while (await stream.ReadAsync() is { } happened)
            {
                if (happened.Type == "message")
                    numbers.Add(int.Parse(happened.Message, CultureInfo.InvariantCulture));
            }

            return numbers;
        }
    }

    /// <summary>Waits until it has read what it was sent, which may be behind the end of the bridge.</summary>
    private static Task<BridgeMessage> HasAsync(HubClient client, int number) =>
        client.WaitForMessageAsync("numbers", message => message.GetText() == number.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<int> NumbersOf(HubClient client) =>
        client.Messages.Items.Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture));

    private static async Task<(HttpStatusCode Status, string? Told)> ReadyAsync(BridgeProcess bridge)
    {
        using var answer = await bridge.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
    }

    /// <summary>
    /// What the bridge answers may be overtaken by the end of the connection, before, amid or after which the client
    /// asked: the client knows then that nobody knows. Only an answer has to be the right one.
    /// </summary>
    private static void AssertToldOrCutOff(Exception failure)
    {
        if (failure is HubException)
            failure.Message.Should().Contain(ErrorCodes.BrokerDisconnected);
        else
            (failure is OperationCanceledException or InvalidOperationException or IOException or WebSocketException).Should().BeTrue(failure.ToString());
    }

    /// <summary>mosquitto says "closed its connection" or names an error of those who go without a DISCONNECT.</summary>
    private async Task AssertLeftWellAsync()
    {
        // It writes when it has the time.
        await Eventually.HoldsAsync(() => Lines().Any(line => line.Contains("disconnected", StringComparison.Ordinal) || line.Contains("closed", StringComparison.Ordinal)));
        Lines().Should().ContainMatch("*Client bridge-* disconnected.").And.NotContainMatch("*closed*").And.NotContainMatch("*error*");

        IEnumerable<string> Lines() => _broker.Log.Where(line => line.Contains("bridge-", StringComparison.Ordinal));
    }
}
