using System.Diagnostics;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Tests.Diagnostics;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>Messages that are followed in a trace, and do not arrive.</summary>
public sealed class MessageTraceTests : IDisposable
{
    private readonly Traces _traces = new();
    private readonly StreamScene _scene = new();

    public void Dispose() => _traces.Dispose();

    [Fact]
    public async Task Message_LeftOutForALaterOne_EndsInItsFeed()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, mode: DeliveryMode.Latest(1));
        _scene.Send("t");
        await sink.Records.WaitForAsync(_ => true);

        var trace = Receive("t", "followed");
        _scene.Send("t");
        _scene.Time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => sink.Batches().Count == 2);
        var told = await _traces.WaitForTraceAsync(trace, 2);
        told.Select(activity => activity.OperationName).Should().BeEquivalentTo("arrival", "bridge gather");
        var gather = told.Single(activity => activity.OperationName == "bridge gather");
        gather.GetTagItem("bridge.left_out").Should().Be(true);
        gather.GetTagItem("bridge.mode").Should().Be("latest");
        gather.Duration.Should().Be(TimeSpan.FromSeconds(1), "it waited so long");
    }

    [Fact]
    public async Task Message_OfASubscriptionThatHasEnded_IsNotWrittenAndTheNextIsFollowed()
    {
        var (sink, outbox) = _scene.Connect();
        var subscription = _scene.Subscribe(outbox, "t");
        _scene.Subscribe(outbox, "other");
        sink.Stall();
        _scene.Send("t");
        await Eventually.HoldsAsync(() => sink.Entered == 1);
        var ended = Receive("t", "ended");
        await _traces.WaitForTraceAsync(ended, 3);
        _scene.Unsubscribe(outbox, subscription);
        sink.Release();
        _scene.Send("other");
        await Eventually.HoldsAsync(() => sink.Batches().Count == 2);

        var next = Receive("other", "next");

        (await _traces.WaitForTraceAsync(next, 4)).Select(activity => activity.OperationName)
            .Should().BeEquivalentTo("arrival", "bridge gather", "bridge encode", "bridge flush");
        _traces.All.Items.Where(activity => activity.TraceId == ended).Should().NotContain(activity => activity.OperationName == "bridge flush");
    }

    private ActivityTraceId Receive(string topic, string text)
    {
        Activity.Current = null;
        using var arrival = BridgeActivities.Start("arrival")!;
        _scene.Stream.Receive(TestMessages.Message(topic, text, retain: false, _scene.Time.GetUtcNow()), -1, arrival);
        return arrival.TraceId;
    }
}
