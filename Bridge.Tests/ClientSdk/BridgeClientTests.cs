using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.ClientSdk.Support;
using Bridge.Tests.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.ClientSdk;

public sealed class BridgeClientTests
{
    [Fact]
    public async Task PublishAsync_Text_SendsItAsUtf8WithItsOptions()
    {
        var published = new Arrivals<PublishRequest>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnPublish = request =>
        {
            published.Add(request);
            return Task.FromResult(new PublishReceipt { Topic = request.Topic, Reason = PublishReason.NoMatchingSubscribers });
        };
        await using var bridge = await server.ConnectAsync();

        var receipt = await bridge.PublishAsync("plant", "plant/1/set", "22 °C", qos: QualityOfService.ExactlyOnce, retain: true).InTime();

        receipt.Reason.Should().Be(PublishReason.NoMatchingSubscribers);
        var request = await published.NextAsync();
        request.Payload.ToArray().Should().Equal("22 °C"u8.ToArray());
        (request with { Payload = default }).Should().Be(new PublishRequest
        {
            BrokerKey = "plant",
            Topic = "plant/1/set",
            QualityOfService = QualityOfService.ExactlyOnce,
            Retain = true,
        });
    }

    [Fact]
    public async Task PublishAsync_LargePayload_Arrives()
    {
        var payload = new byte[256 * 1024];
        new Random(3).NextBytes(payload);
        var published = new Arrivals<PublishRequest>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnPublish = request =>
        {
            published.Add(request);
            return Task.FromResult(new PublishReceipt());
        };
        await using var bridge = await server.ConnectAsync();

        await bridge.PublishAsync("plant", "plant/1/image", payload).InTime();

        var request = await published.NextAsync();
        request.Payload.Span.SequenceEqual(payload).Should().BeTrue();
        request.QualityOfService.Should().Be(QualityOfService.AtLeastOnce);
    }

    [Fact]
    public async Task PublishAsync_HubException_IsBridgeExceptionWithItsCode()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnPublish = _ => throw new HubException("broker_disconnected: The link to 'plant' is down: refused.");
        await using var bridge = await server.ConnectAsync();

        var error = await bridge.Awaiting(b => b.PublishAsync("plant", "a", "1").InTime()).Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(ErrorCodes.BrokerDisconnected);
        error.Which.Message.Should().Be("The link to 'plant' is down: refused.");
    }

    [Fact]
    public async Task PublishAsync_FaultOfTheServer_IsInternalError()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnPublish = _ => throw new InvalidOperationException("secret");
        await using var bridge = await server.ConnectAsync();

        var error = await bridge.Awaiting(b => b.PublishAsync("plant", "a", "1").InTime()).Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(ErrorCodes.Internal);
        error.Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public async Task PublishAsync_Cancelled_ThrowsAndTheClientGoesOn()
    {
        await using var server = await ScriptedBridge.StartAsync();
        using var cancellation = new CancellationTokenSource();
        var never = new TaskCompletionSource<PublishReceipt>();
        server.OnPublish = _ =>
        {
            cancellation.Cancel();
            return never.Task;
        };
        await using var bridge = await server.ConnectAsync();

        await bridge.Awaiting(b => b.PublishAsync("plant", "a", "1", cancellationToken: cancellation.Token).InTime())
            .Should().ThrowAsync<OperationCanceledException>();

        never.SetResult(new PublishReceipt());
        (await bridge.GetBrokersAsync().InTime()).Should().Equal(server.Brokers);
    }

    [Fact]
    public async Task RequestAsync_TextBytesAndRecord_SendThemAndGiveTheReply()
    {
        var requested = new Arrivals<ReplyRequest>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnRequest = request =>
        {
            requested.Add(request);
            return Task.FromResult(Envelopes.Full(request.Payload.ToArray()));
        };
        await using var bridge = await server.ConnectAsync();

        var toText = await bridge.RequestAsync("plant", "plant/1/ask", "22 °C", TimeSpan.FromSeconds(2.5)).InTime();
        var toBytes = await bridge.RequestAsync("plant", "plant/1/ask", new byte[] { 0xFF }).InTime();
        var full = new ReplyRequest { BrokerKey = "plant", Topic = "a", QualityOfService = QualityOfService.AtMostOnce, ContentType = "x", ExpirySeconds = 5 };
        await bridge.RequestAsync(full).InTime();

        toText.ShouldBe(Envelopes.Full("22 °C"u8.ToArray()));
        toBytes.ShouldBe(Envelopes.Full([0xFF]));
        var expected = new ReplyRequest { BrokerKey = "plant", Topic = "plant/1/ask" };
        (await requested.NextAsync() with { Payload = default }).Should().Be(expected with { TimeoutSeconds = 2.5 });
        (await requested.NextAsync() with { Payload = default }).Should().Be(expected);
        (await requested.NextAsync() with { Payload = default }).Should().Be(full);
    }

    [Fact]
    public async Task RequestAsync_NoReply_IsBridgeExceptionWithItsCode()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnRequest = _ => throw new HubException("reply_timeout: No reply came within 10 s.");
        await using var bridge = await server.ConnectAsync();

        var error = await bridge.Awaiting(b => b.RequestAsync("plant", "a", "1").InTime()).Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(ErrorCodes.ReplyTimeout);
    }

    [Fact]
    public async Task GetLastAsync_NoneAndOne_IsNullAndTheMessage()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnGetLast = request => Task.FromResult(new GetLastResult
        {
            BrokerKey = request.BrokerKey,
            Cursor = "e.7",
            Messages = request.Topic == "plant/1/temp" ? [Envelopes.Plain([0xFF])] : [],
        });
        await using var bridge = await server.ConnectAsync();

        (await bridge.GetLastAsync("plant", "plant/none").InTime()).Should().BeNull();
        (await bridge.GetLastAsync("plant", "plant/1/temp").InTime())!
            .ShouldBe(Envelopes.Plain([0xFF]) with { BrokerKey = "plant", Cursor = "e.7" });
    }

    [Fact]
    public async Task GetLastAsync_Filter_IsRefused()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();

        await bridge.Awaiting(b => b.GetLastAsync("plant", "plant/+").InTime()).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task GetLastManyAsync_Filter_GivesAllWithTheirOwnCursors()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnGetLast = _ => Task.FromResult(new GetLastResult
        {
            BrokerKey = "plant",
            Cursor = "e.7",
            Messages = [Envelopes.Plain([1]) with { Topic = "a", Cursor = "e.5" }, Envelopes.Plain([2]) with { Topic = "b" }],
        });
        await using var bridge = await server.ConnectAsync();

        var messages = await bridge.GetLastManyAsync("plant", "#").InTime();

        messages.Select(message => (message.BrokerKey, message.Topic, message.Cursor))
            .Should().Equal(("plant", "a", "e.5"), ("plant", "b", "e.7"));
    }

    [Fact]
    public async Task BrokerStateChanged_BridgeTells_IsRaised()
    {
        var changes = new Arrivals<BrokerStateChange>();
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        bridge.BrokerStateChanged += (_, change) => changes.Add(change);
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var first = messages.NextAsync();
        var call = await server.Subscribes.NextAsync();

        await call.SendStateAsync();
        await call.SendAsync(SubscribeCall.Message("a", "1"));

        (await changes.NextAsync()).State.Should().Be(BrokerState.Connected);
        await first;
    }
}
