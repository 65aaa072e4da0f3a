using System.Diagnostics.Metrics;
using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.FanOut;

/// <summary>A connection that takes nothing any more.</summary>
public sealed class OutboxPumpTests
{
    private readonly StreamScene _scene = new(limits: new LimitOptions { SendTimeoutSeconds = 60 });

    [Fact]
    public async Task Write_TakenByNobodyForTooLong_EndsTheConnectionAndCountsIt()
    {
        var stalled = 0L;
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _scene.Meters && instrument.Name == "bridge.connections.stalled")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref stalled, count));
        meters.Start();
        var sink = await StallAsync();

        _scene.Time.Advance(TimeSpan.FromSeconds(59));
        sink.IsAborted.Should().BeFalse();
        _scene.Time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.HoldsAsync(() => sink.IsAborted);
        _scene.Stream.GetStatistics().Subscriptions.Should().Be(1, "the witness is still there");
        Interlocked.Read(ref stalled).Should().Be(1);
        _scene.Logs.Entries.Items.Should().ContainSingle().Which.Should().Match<LogEntry>(entry => entry.Level == LogLevel.Warning && entry.EventId.Id == 2004);
    }

    [Fact]
    public async Task Write_TakenAtLast_GoesOn()
    {
        var sink = await StallAsync();
        _scene.Time.Advance(TimeSpan.FromSeconds(59));

        sink.Release();
        await sink.Writes.WaitForAsync(_ => true);
        _scene.Time.Advance(TimeSpan.FromSeconds(59));
        _scene.Send("a");

        await sink.Writes.WaitForAsync(_ => sink.Writes.Items.Count == 2);
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
