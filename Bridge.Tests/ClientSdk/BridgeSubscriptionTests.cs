using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.ClientSdk.Support;
using Microsoft.AspNetCore.SignalR;
using static Bridge.Tests.ClientSdk.Support.SubscribeCall;

namespace Bridge.Tests.ClientSdk;

public sealed class BridgeSubscriptionTests
{
    [Fact]
    public async Task Enumerate_Batches_FillsInBrokerAndTheCursorOfTheLast()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "plant/+/temp"));
        var taking = messages.TakeAsync(5);
        var call = await server.Subscribes.NextAsync();

        await call.SendAsync(new MessageBatch { Snapshot = true, Cursor = "e.5", Messages = [Message("a", "1"), Message("b", "1")] });
        await call.SendAsync(new MessageBatch { Snapshot = true, SnapshotComplete = true, Cursor = "e.5", Messages = [Message("c", "1")] });
        await call.SendAsync(new MessageBatch { Cursor = "e.9", Messages = [Message("a", "2"), Message("a", "3")] });

        call.Request.Should().Be(new SubscribeRequest { BrokerKey = "plant", Topic = "plant/+/temp", Snapshot = true });
        (await taking).Select(message => (message.BrokerKey, message.Topic, message.GetText(), message.Cursor)).Should().Equal(
            ("plant", "a", "1", null), ("plant", "b", "1", null), ("plant", "c", "1", "e.5"),
            ("plant", "a", "2", null), ("plant", "a", "3", "e.9"));
    }

    [Fact]
    public async Task SubscribeAsync_NotEnumerated_SubscribesNothing()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();

        _ = bridge.SubscribeAsync("plant", "#");
        await using var later = new Enumeration(bridge.SubscribeAsync("plant", "later", snapshot: false));
        var next = later.NextAsync();
        var call = await server.Subscribes.NextAsync();

        call.Request.Should().Be(new SubscribeRequest { BrokerKey = "plant", Topic = "later", Snapshot = false });
        await call.SendAsync(Message("later", "1"));
        await next;
    }

    [Fact]
    public async Task Enumerate_BatchBeforeTheAnswer_LosesNothingAndKeepsTheOrder()
    {
        var handled = new Arrivals<BrokerStateChange>();
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            await call.SendSnapshotAsync(Message("a", "1"));
            for (var i = 2; i <= 20; i++)
                await call.SendAsync(Message("a", $"{i}"));
            await call.SendStateAsync();
            await handled.NextAsync();
            return call.Result;
        };
        await using var bridge = await server.ConnectAsync();
        bridge.BrokerStateChanged += (_, change) => handled.Add(change);
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var early = messages.NextAsync(20);
        var call = await server.Subscribes.NextAsync();

        await call.SendAsync(Message("a", "21"));

        (await early).Should().Equal(Enumerable.Range(1, 20).Select(i => $"a={i}"));
        (await messages.NextAsync(1)).Should().Equal("a=21");
    }

    [Fact]
    public async Task Enumerate_BatchesOfUnknownSubscriptions_AreDropped()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            await (call with { Id = "stranger" }).SendAsync(Message("a", "not mine"));
            return call.Result;
        };
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#"));
        var next = messages.NextAsync();
        var call = await server.Subscribes.NextAsync();

        await (call with { Id = "stranger" }).SendAsync(Message("a", "not mine"));
        await call.SendAsync(Message("a", "mine"));

        (await next).GetText().Should().Be("mine");
    }

    [Fact]
    public async Task Enumerate_SameFilterTwice_EachHasItsOwn()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync();
        var subscription = bridge.SubscribeAsync("plant", "#");
        await using var first = new Enumeration(subscription);
        await using var second = new Enumeration(subscription);
        var firstNext = first.NextAsync();
        var firstCall = await server.Subscribes.NextAsync();
        var secondNext = second.NextAsync();
        var secondCall = await server.Subscribes.NextAsync();

        await secondCall.SendAsync(Message("a", "to the second"));
        await firstCall.SendAsync(Message("a", "to the first"));

        (await firstNext).GetText().Should().Be("to the first");
        (await secondNext).GetText().Should().Be("to the second");
        await first.DisposeAsync();
        (await server.Unsubscribes.NextAsync()).Should().Be(firstCall.Id);
        await secondCall.SendAsync(Message("a", "still there"));
        (await second.NextAsync()).GetText().Should().Be("still there");
    }

    [Fact]
    public async Task Enumerate_SubscribeRefused_ThrowsWithTheCode()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = _ => throw new HubException("filter_invalid: '#' must be the last level.");
        await using var bridge = await server.ConnectAsync();
        await using var messages = new Enumeration(bridge.SubscribeAsync("plant", "#/a"));

        var error = await messages.Awaiting(m => m.MoveAsync()).Should().ThrowAsync<BridgeException>();

        error.Which.Code.Should().Be(ErrorCodes.FilterInvalid);
        error.Which.Message.Should().Be("'#' must be the last level.");
    }

    [Fact]
    public async Task Enumerate_SlowConsumer_KeepsTheLastValuesAndCountsTheRest()
    {
        await using var server = await ScriptedBridge.StartAsync();
        await using var bridge = await server.ConnectAsync(options => options.BufferCapacity = 10);
        var arrived = new Arrivals<BrokerStateChange>();
        bridge.BrokerStateChanged += (_, change) => arrived.Add(change);
        var subscription = bridge.SubscribeAsync("plant", "#");
        await using var messages = new Enumeration(subscription);
        var first = messages.NextAsync();
        var call = await server.Subscribes.NextAsync();
        await call.SendAsync(Message("a", "0"));
        await first;

        for (var i = 1; i <= 1000; i++)
            await call.SendAsync(new MessageBatch { Messages = [Message($"t{i % 7}", $"{i}")], Skipped = i == 500 ? 3 : 0 });
        await call.SendStateAsync();
        await arrived.NextAsync();

        var taken = new List<BridgeMessage>();
        do
            taken.Add(await messages.NextAsync());
        while (taken[^1].GetText() != "1000");
        taken.Should().HaveCountLessThanOrEqualTo(10);
        taken.Select(message => int.Parse(message.GetText())).Should().BeInAscendingOrder()
            .And.Contain(Enumerable.Range(994, 7), "these are the last values of the seven topics");
        subscription.Skipped.Should().Be(1000 - taken.Count + 3);
    }
}
