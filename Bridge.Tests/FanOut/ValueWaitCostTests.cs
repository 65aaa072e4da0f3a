using Bridge.Tests.Benchmarks;
using Bridge.Tests.Support;

namespace Bridge.Tests.FanOut;

/// <summary>What it takes to wait where much changes that is no news. Alone, as all that measure what is allocated.</summary>
[Collection(nameof(AllocationCeilingTests))]
public sealed class ValueWaitCostTests
{
    private readonly StreamScene _scene = new();

    [Fact]
    public async Task ReadAsync_WokenByWhatIsNoNews_LooksOnlyAtWhatHasChanged()
    {
        for (var i = 0; i < 50_000; i++)
            _scene.Send($"t/{i}");
        _scene.Time.Advance(TimeSpan.FromHours(1));
        var old = _scene.Time.GetUtcNow() - TimeSpan.FromHours(1);
        var reading = _scene.Stream.Values.ReadAsync(
            StreamScene.Terms("t/+") with { MaxAge = TimeSpan.FromMinutes(1) }, TimeSpan.FromSeconds(20), CancellationToken.None);

        var before = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < 50; i++)
        {
            _scene.Stream.Receive(TestMessages.Message($"t/{i}", "late", retain: false, old), subscribedAt: -1);
            await Eventually.HoldsAsync(() => _scene.Stream.GetStatistics().Watches == 1);
        }

        // To read all of them would take a megabyte each time.
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(25_000_000);
        _scene.Send("t/1");
        (await reading.WaitAsync(Eventually.DefaultTimeout)).Messages.Should().ContainSingle();
    }
}
