using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.ClientSdk.Support;
using Microsoft.AspNetCore.SignalR;
using static Bridge.Tests.ClientSdk.Support.SubscribeCall;

namespace Bridge.Tests.ClientSdk;

public sealed class ReconnectTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectionLost_RunningEnumeration_GoesOnWithoutRepeating(bool cutOff)
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "plant/+"));
        var before = messages.NextAsync(3);
        var first = await server.Subscribes.NextAsync();
        await first.SendSnapshotAsync(Message("same", "1"), Message("changed", "1"));
        await first.SendAsync(Message("live", "2", 5));
        (await before).Should().Equal("same=1", "changed=1", "live=2");

        server.Drop(cutOff);

        var second = await server.Subscribes.NextAsync();
        second.Request.Should().Be(first.Request with { ResumeFrom = "e.1" });
        second.Id.Should().Be(first.Id, "the new connection has ids of its own");
        await second.SendSnapshotAsync(
            Message("same", "1"), Message("changed", "3", 7), Message("live", "2", 5), Message("new", "1"));
        await second.SendAsync(Message("same", "4", 9));
        (await messages.NextAsync(3)).Should().Equal("changed=3", "new=1", "same=4");
    }

    [Fact]
    public async Task ConnectionLost_BridgeLimitsSubscribes_IsSubscribedWhenItMay()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.NextAsync();
        await server.Subscribes.NextAsync();
        var refused = 0;
        server.OnSubscribe = call => Interlocked.Increment(ref refused) == 1
            ? throw new HubException("rate_limited: 'a' subscribes too often: Bridge:Limits:SubscribesPerSecond is 1. Try again in 1 s.")
            : Task.FromResult(call.Result);

        server.Drop();

        var again = await server.Subscribes.NextAsync();
        await again.SendSnapshotAsync(Message("a", "1"));
        (await next).GetText().Should().Be("1");
        refused.Should().Be(2);
    }

    [Fact]
    public async Task ConnectionLost_WithinASnapshot_AsksForItAnew()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var before = messages.NextAsync();
        var first = await server.Subscribes.NextAsync();
        await first.SendAsync(new MessageBatch { Messages = [Message("a", "1")], Cursor = "e.1", Snapshot = true });
        await before;

        server.Drop();

        (await server.Subscribes.NextAsync()).Request.Should().Be(first.Request);
    }

    [Fact]
    public async Task ConnectionLost_NoSnapshotWanted_LeavesOutTheOneThatComesInstead()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = call => Task.FromResult(call.Result with { Cursor = "e.7" });
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#", snapshot: false));
        var next = messages.NextAsync();
        await server.Subscribes.NextAsync();
        // Answered behind the other.
        await bridge.GetBrokersAsync().InTime();

        server.Drop();

        var again = await server.Subscribes.NextAsync();
        again.Request.ResumeFrom.Should().Be("e.7");
        await again.SendSnapshotAsync(Message("a", "old"));
        await again.SendAsync(Message("a", "new"));
        (await next).GetText().Should().Be("new");
    }

    [Fact]
    public async Task ConnectionLost_SnapshotWithTheSamePayloadButLater_IsDelivered()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var before = messages.NextAsync();
        await (await server.Subscribes.NextAsync()).SendAsync(Message("a", "1", 1));
        await before;

        server.Drop();

        await (await server.Subscribes.NextAsync()).SendSnapshotAsync(Message("a", "1", 2));
        (await messages.NextAsync()).ReceivedAt.Millisecond.Should().Be(2);
    }

    [Fact]
    public async Task Enumerate_LiveMessageEqualToTheLast_IsDelivered()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var before = messages.NextAsync(2);

        await (await server.Subscribes.NextAsync()).SendAsync(Message("a", "1"), Message("a", "1"));

        (await before).Should().Equal("a=1", "a=1");
    }

    [Fact]
    public async Task ConnectionLost_SeveralEnumerations_AllGoOnAndEndedOnesDoNot()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var kept = new Enumeration(bridge.SubscribeAsync("plant", "kept"));
        await using var alsoKept = new Enumeration(bridge.SubscribeAsync("plant", "also"));
        var nexts = new[] { kept.NextAsync(), alsoKept.NextAsync() };
        await server.Subscribes.NextAsync();
        await server.Subscribes.NextAsync();
        await using (var ended = new Enumeration(bridge.SubscribeAsync("plant", "ended")))
        {
            var next = ended.NextAsync();
            await (await server.Subscribes.NextAsync()).SendAsync(Message("ended", "1"));
            await next;
        }

        await server.Unsubscribes.NextAsync();
        server.Drop();

        SubscribeCall[] again = [await server.Subscribes.NextAsync(), await server.Subscribes.NextAsync()];
        again.Select(call => call.Request.Topic).Should().BeEquivalentTo("kept", "also");
        foreach (var call in again)
            await call.SendAsync(Message(call.Request.Topic, "1"));
        (await Task.WhenAll(nexts)).Select(message => message.Topic).Should().Equal("kept", "also");
        await bridge.GetBrokersAsync().InTime();
        server.Subscribes.Waiting.Should().Be(0);
    }

    [Fact]
    public async Task ConnectionLost_SubscribeAgainRefused_EndsThatEnumeration()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.MoveAsync();
        await server.Subscribes.NextAsync();
        server.OnSubscribe = _ => throw new HubException("forbidden: Not any more.");

        server.Drop();

        var error = await next.Awaiting(n => n).Should().ThrowAsync<BridgeException>();
        error.Which.Code.Should().Be("forbidden");
        (await bridge.GetBrokersAsync().InTime()).Should().ContainSingle("the client itself goes on");
    }

    [Fact]
    public async Task ConnectionLost_BeforeTheAnswerToSubscribe_SubscribesAgain()
    {
        var arrived = new Arrivals<SubscribeCall>();
        var never = new TaskCompletionSource<SubscribeResult>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = call =>
        {
            arrived.Add(call);
            return never.Task;
        };
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.NextAsync();
        await arrived.NextAsync();
        server.OnSubscribe = call => Task.FromResult(call.Result);

        server.Drop();

        await (await server.Subscribes.NextAsync()).SendAsync(Message("a", "1"));
        (await next).GetText().Should().Be("1");
        never.SetResult(new SubscribeResult());
    }

    [Fact]
    public async Task WhileDisconnected_Requests_FailAtOnceAndEnumerationsWait()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        var states = new Arrivals<ConnectionStateChange>();
        bridge.ConnectionStateChanged += (_, change) => states.Add(change);
        server.Refuse = 503;
        server.Drop();
        (await states.NextAsync()).State.Should().Be(BridgeConnectionState.Reconnecting);
        bridge.ConnectionState.Should().Be(BridgeConnectionState.Reconnecting);

        var publishing = bridge.PublishAsync("plant", "a", "1");
        publishing.IsCompleted.Should().BeTrue("nothing is waited for");
        (await publishing.Awaiting(p => p).Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(BridgeException.Disconnected);

        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.NextAsync();
        next.IsCompleted.Should().BeFalse();
        server.Refuse = null;
        await (await server.Subscribes.NextAsync()).SendAsync(Message("a", "1"));
        (await next).GetText().Should().Be("1");
        (await states.NextAsync()).Should().Be(new ConnectionStateChange(BridgeConnectionState.Connected, null));
    }

    [Fact]
    public async Task WhileDisconnected_Dispose_EndsEverything()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.MoveAsync();
        await server.Subscribes.NextAsync();
        var states = new Arrivals<ConnectionStateChange>();
        bridge.ConnectionStateChanged += (_, change) => states.Add(change);
        server.Refuse = 503;
        server.Drop();
        await states.NextAsync();

        await bridge.DisposeAsync().AsTask().InTime();

        (await next).Should().BeFalse();
        (await states.NextAsync()).State.Should().Be(BridgeConnectionState.Closed);
    }

    [Fact]
    public async Task ConnectionLost_HandlerThrows_ReconnectsAllTheSame()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        var states = new Arrivals<BridgeConnectionState>();
        bridge.ConnectionStateChanged += (_, change) =>
        {
            states.Add(change.State);
            throw new InvalidOperationException("a faulty handler");
        };

        server.Drop();

        (await states.NextAsync()).Should().Be(BridgeConnectionState.Reconnecting);
        (await states.NextAsync()).Should().Be(BridgeConnectionState.Connected);
    }
}
