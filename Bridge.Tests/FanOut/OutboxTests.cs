using System.Runtime.CompilerServices;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.FanOut;

public sealed class OutboxTests
{
    private readonly StreamScene _scene = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StateChanged_Subscribed_TellsTheConnectionOnce(bool json)
    {
        var (sink, outbox) = _scene.Connect(json ? WireFormat.Json : WireFormat.MessagePack);
        _scene.Subscribe(outbox, "a");
        _scene.Subscribe(outbox, "b");
        var change = Change("plant", BrokerState.Disconnected) with { LastError = "The cable \"is\" out." };

        _scene.Stream.StateChanged(change);
        _scene.Send("a");

        await sink.Records.WaitForAsync(record => record is MessageBatch);
        sink.States.Should().Equal(change);
    }

    [Fact]
    public async Task StateChanged_NotSubscribedAnyMore_IsNotTold()
    {
        var (sink, outbox) = _scene.Connect();
        var (witness, witnessOutbox) = _scene.Connect();
        var subscription = _scene.Subscribe(outbox);
        _scene.Subscribe(witnessOutbox);

        _scene.Unsubscribe(outbox, subscription);
        _scene.Stream.StateChanged(Change("plant", BrokerState.Disconnected));

        await witness.Records.WaitForAsync(record => record is BrokerStateChange);
        sink.Entered.Should().Be(0);
    }

    [Fact]
    public async Task Offer_StatesWhileStalled_KeepsTheLatestOfEachBroker()
    {
        var (sink, outbox) = _scene.Connect();
        sink.Stall();
        outbox.Offer(new StateRecord(Change("first", BrokerState.Connected)));
        await Eventually.HoldsAsync(() => sink.Entered == 1);

        for (var i = 0; i < 1000; i++)
            outbox.Offer(new StateRecord(Change(i % 2 == 0 ? "one" : "two", i < 998 ? BrokerState.Connecting : BrokerState.Connected)));
        sink.Release();

        await sink.Records.WaitForAsync(record => record is BrokerStateChange { BrokerKey: "two" });
        sink.States.Select(state => (state.BrokerKey, state.State)).Should().BeEquivalentTo(
            [("first", BrokerState.Connected), ("one", BrokerState.Connected), ("two", BrokerState.Connected)]);
    }

    [Fact]
    public async Task Write_Fails_ClosesTheOutboxAndEndsItsSubscriptions()
    {
        var (sink, outbox) = _scene.Connect();
        var upstream = new Upstream();
        _scene.Subscribe(outbox, "a", upstream: upstream);
        _scene.Subscribe(outbox, "b");
        sink.Failure = new IOException("The connection is lost.");

        _scene.Send("a");

        await Eventually.HoldsAsync(() => _scene.Stream.GetStatistics().Subscriptions == 0);
        await Eventually.HoldsAsync(() => upstream.Disposed == 1);
        var act = () => _scene.Subscribe(outbox, "c");
        act.Should().Throw<OperationCanceledException>();
        // Its client would wait for ever.
        await Eventually.HoldsAsync(() => sink.IsAborted);
        _scene.Logs.Entries.Items.Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
    }

    [Fact]
    public void Close_Twice_EndsEachDemandOnce()
    {
        var (_, outbox) = _scene.Connect();
        var upstream = new Upstream();
        var subscription = _scene.Subscribe(outbox, "a", upstream: upstream);
        var subscriber = outbox.Find(subscription.Id)!;

        outbox.Close();
        outbox.Close();
        _scene.Stream.Unsubscribe(subscriber);

        upstream.Disposed.Should().Be(1);
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(0);
    }

    [Fact]
    public async Task Close_MessagesComeWhileItEndsItsSubscriptions_WritesNothing()
    {
        var (sink, outbox) = _scene.Connect();
        var (witness, witnessOutbox) = _scene.Connect();
        // While the first subscription ends, the second is still there.
        var upstream = new Upstream
        {
            OnDispose = () =>
            {
                _scene.Send("b");
                SpinWait.SpinUntil(() => witness.Batches().Count > 0, Eventually.DefaultTimeout).Should().BeTrue();
            },
        };
        _scene.Subscribe(outbox, "a", upstream: upstream);
        _scene.Subscribe(outbox, "b");
        _scene.Subscribe(witnessOutbox, "b");

        await Task.Run(outbox.Close);
        _scene.Send("b");

        await witness.Records.WaitForAsync(record => record is MessageBatch batch && StreamScene.Number(batch.Messages[0]) == 2);
        sink.Entered.Should().Be(0);
    }

    [Fact]
    public async Task Close_AfterTraffic_LeavesNothingOfTheConnectionBehind()
    {
        var connection = await ServeAndCloseAsync();
        _scene.Send("a");
        _scene.Send("b");

        await Eventually.HoldsAsync(() =>
        {
            GC.Collect();
            return !connection.IsAlive;
        });
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> ServeAndCloseAsync()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a", snapshot: true);
        _scene.Subscribe(outbox, "b");
        _scene.Send("a");
        _scene.Send("b");
        await sink.Records.WaitForAsync(record => record is MessageBatch { Cursor: "epoch.2" });
        outbox.Close();
        return new WeakReference(outbox);
    }

    private static BrokerStateChange Change(string brokerKey, BrokerState state) =>
        new() { BrokerKey = brokerKey, State = state, Since = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 123, TimeSpan.Zero) };

    private sealed class Upstream : IDisposable
    {
        public int Disposed { get; private set; }

        public Action OnDispose { get; init; } = () => { };

        public void Dispose()
        {
            Disposed++;
            OnDispose();
        }
    }
}
