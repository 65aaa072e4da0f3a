using System.Runtime.CompilerServices;
using System.Text;
using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.FanOut;

/// <summary>A connection that takes nothing any more.</summary>
public sealed class OutboxPumpTests
{
    private const string ToBeForgotten = "to be forgotten";

    // What is kept for those who come back is another matter.
    private readonly StreamScene _scene = new(cache: new CacheOptions { RecentMessages = 0 }, limits: new LimitOptions { SendTimeoutSeconds = 60 });

    [Fact]
    public async Task Write_TakenByNobodyForTooLong_EndsTheConnectionAndCountsIt()
    {
        using var stalled = _scene.Meters.Count("bridge.connections.stalled");
        var sink = await StallAsync();

        _scene.Time.Advance(TimeSpan.FromSeconds(59));
        sink.IsAborted.Should().BeFalse();
        _scene.Time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => sink.IsAborted);
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(1, "the witness is still there");
        stalled.Sum.Should().Be(1);
        _scene.Logs.Entries.Items.Should().ContainSingle().Which.Should().Match<LogEntry>(entry => entry.Level == LogLevel.Warning && entry.EventId.Id == 2004);
    }

    [Fact]
    public async Task Write_TakenAtLast_GoesOn()
    {
        var sink = await StallAsync();
        _scene.Time.Advance(TimeSpan.FromSeconds(59));

        sink.Release();
        await sink.Writes.WaitForAsync(_ => true);
        // The second write begins when the first is over.
        _scene.Send("a");
        await sink.Writes.WaitForAsync(_ => sink.Writes.Items.Count == 2);
        _scene.Time.Advance(TimeSpan.FromSeconds(59));
        _scene.Send("a");

        await sink.Writes.WaitForAsync(_ => sink.Writes.Items.Count == 3);
        sink.IsAborted.Should().BeFalse();
    }

    [Fact]
    public async Task Write_WithoutALimit_WaitsForEver()
    {
        _scene.Limits.SendTimeoutSeconds = 0;
        var sink = await StallAsync();

        _scene.Time.Advance(TimeSpan.FromDays(1));
        sink.Release();

        await sink.Records.WaitForAsync(record => record is MessageBatch);
        sink.IsAborted.Should().BeFalse();
    }

    [Fact]
    public async Task Write_TakenByNobody_KeepsTheBytesAndNotTheMessages()
    {
        var sink = await StallAsync();
        var (witness, outbox) = _scene.Connect(WireFormat.MessagePack);
        _scene.Subscribe(outbox, "a");

        var payload = SendToBeForgotten("a");
        // From now on the cache has another.
        _scene.Send("a");

        await witness.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => message.GetText() != ToBeForgotten));
        await Eventually.HoldsAsync(() =>
        {
            GC.Collect();
            return !payload.IsAlive;
        });
        sink.Release();
        await sink.Records.WaitForAsync(record => record is MessageBatch batch && batch.Messages.Any(message => message.GetText() == ToBeForgotten));
    }

    /// <summary>Of a method of its own, whose variables are gone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference SendToBeForgotten(string topic)
    {
        var payload = Encoding.UTF8.GetBytes(ToBeForgotten);
        _scene.Stream.Receive(TestMessages.Message(topic, payload), subscribedAt: -1);
        return new WeakReference(payload);
    }

    /// <summary>Begins a write that does not end, and waits until the pump waits for it.</summary>
    private async Task<FakeSink> StallAsync()
    {
        var (sink, outbox) = _scene.Connect();
        _scene.Subscribe(outbox, "a");
        sink.Stall();
        _scene.Send("a");
        await Eventually.HoldsAsync(() => sink.Entered == 1);
        var (witness, witnessOutbox) = _scene.Connect();
        _scene.Subscribe(witnessOutbox, "b");
        // The next delivery begins when the one before has left its pumps, which wait by then.
        _scene.Send("b");
        await witness.Records.WaitForAsync(record => record is MessageBatch);
        return sink;
    }
}
