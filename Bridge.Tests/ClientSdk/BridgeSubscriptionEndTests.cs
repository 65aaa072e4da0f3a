using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.ClientSdk.Support;
using static Bridge.Tests.ClientSdk.Support.SubscribeCall;

namespace Bridge.Tests.ClientSdk;

/// <summary>The ways in which an enumeration ends, and that the bridge hears of it.</summary>
public sealed class BridgeSubscriptionEndTests
{
    [Fact]
    public async Task Enumerate_Break_Unsubscribes()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = AnswerWithOneMessage;
        await using var bridge = await server.ConnectAsync();

        await foreach (var message in bridge.SubscribeAsync("plant", "#"))
        {
            message.GetText().Should().Be("1");
            break;
        }

        (await server.Unsubscribes.NextAsync()).Should().Be((await server.Subscribes.NextAsync()).Id);
    }

    [Fact]
    public async Task Enumerate_ExceptionInTheLoop_Unsubscribes()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = AnswerWithOneMessage;
        await using var bridge = await server.ConnectAsync();

        await FluentActions.Awaiting(async () =>
        {
            await foreach (var message in bridge.SubscribeAsync("plant", "#"))
                throw new InvalidDataException(message.Topic);
        }).Should().ThrowAsync<InvalidDataException>();

        (await server.Unsubscribes.NextAsync()).Should().Be((await server.Subscribes.NextAsync()).Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Enumerate_CancelledWhileWaiting_ThrowsAndUnsubscribes(bool byTheSubscriptionsToken)
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        await using var messages = byTheSubscriptionsToken
            ? new Enumeration(bridge.SubscribeAsync("plant", "#", cancellationToken: stop.Token))
            : new Enumeration(bridge.SubscribeAsync("plant", "#"), stop.Token);
        var first = messages.NextAsync();
        var call = await server.Subscribes.NextAsync();
        await call.SendAsync(Message("a", "1"));
        await first;
        var next = messages.MoveAsync();

        await stop.CancelAsync();

        await next.Awaiting(n => n).Should().ThrowAsync<OperationCanceledException>();
        (await server.Unsubscribes.NextAsync()).Should().Be(call.Id);
    }

    [Fact]
    public async Task Enumerate_CancelledWithMessagesWaiting_Throws()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            await call.SendAsync(Message("a", "1"), Message("a", "2"));
            return call.Result;
        };
        await using var bridge = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#", cancellationToken: stop.Token));
        await messages.NextAsync();

        await stop.CancelAsync();

        await messages.Awaiting(m => m.MoveAsync()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Enumerate_CancelledBeforeTheAnswer_UnsubscribesWhenItComes()
    {
        var arrived = new Arrivals<SubscribeCall>();
        var answer = new TaskCompletionSource();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            arrived.Add(call);
            await answer.Task;
            return call.Result;
        };
        await using var bridge = await server.ConnectAsync();
        using var stop = new CancellationTokenSource();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#", cancellationToken: stop.Token));
        var next = messages.MoveAsync();
        var call = await arrived.NextAsync();
        await stop.CancelAsync();
        await next.Awaiting(n => n).Should().ThrowAsync<OperationCanceledException>();

        answer.SetResult();

        (await server.Unsubscribes.NextAsync()).Should().Be(call.Id);
    }

    [Fact]
    public async Task Enumerate_CancelledBeforeItStarts_SubscribesNothing()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"), new CancellationToken(true));

        await messages.Awaiting(m => m.MoveAsync()).Should().ThrowAsync<OperationCanceledException>();

        await bridge.GetBrokersAsync().InTime();
        server.Subscribes.Waiting.Should().Be(0);
    }

    [Fact]
    public async Task DisposeAsync_RunningEnumerations_EndAfterWhatHasArrived()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            await call.SendAsync(Message("a", "1"), Message("a", "2"));
            return call.Result;
        };
        var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        await using var others = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        await messages.NextAsync();
        await others.NextAsync(2);
        var end = others.MoveAsync();

        await bridge.DisposeAsync().AsTask().InTime();

        (await end).Should().BeFalse();
        (await messages.NextAsync(1)).Should().Equal("a=2");
        (await messages.MoveAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task DisposeAsync_InsideTheLoop_EndsIt()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = AnswerWithOneMessage;
        var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        await messages.NextAsync();

        await bridge.DisposeAsync().AsTask().InTime();
        await bridge.DisposeAsync().AsTask().InTime();

        (await messages.MoveAsync()).Should().BeFalse();
        bridge.ConnectionState.Should().Be(BridgeConnectionState.Closed);
    }

    [Fact]
    public async Task DisposeAsync_UseAfterwards_Throws()
    {
        await using var server = await ScriptedBridge.StartAsync();
        var bridge = await server.ConnectAsync();
        var states = new Arrivals<ConnectionStateChange>();
        bridge.ConnectionStateChanged += (_, change) => states.Add(change);

        await bridge.DisposeAsync().AsTask().InTime();

        (await states.NextAsync()).Should().Be(new ConnectionStateChange(BridgeConnectionState.Closed, null));
        await bridge.Awaiting(b => b.GetBrokersAsync().InTime()).Should().ThrowAsync<ObjectDisposedException>();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        await messages.Awaiting(m => m.MoveAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task DisposeAsync_RequestUnderWay_FailsAsDisconnected()
    {
        var arrived = new Arrivals<PublishRequest>();
        var never = new TaskCompletionSource<PublishReceipt>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnPublish = request =>
        {
            arrived.Add(request);
            return never.Task;
        };
        var bridge = await server.ConnectAsync();
        var publishing = bridge.PublishAsync("plant", "a", "1");
        await arrived.NextAsync();

        await bridge.DisposeAsync().AsTask().InTime();

        var error = await publishing.Awaiting(p => p.InTime()).Should().ThrowAsync<BridgeException>();
        error.Which.Code.Should().Be(BridgeException.Disconnected);
        never.SetResult(new PublishReceipt());
    }

    private static async Task<SubscribeResult> AnswerWithOneMessage(SubscribeCall call)
    {
        await call.SendAsync(Message("a", "1"));
        return call.Result;
    }
}
