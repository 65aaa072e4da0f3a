using Bridge.Server.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline;

public sealed class StepSuspensionsTests
{
    private static readonly TimeSpan Little = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void NoteOverrun_ThreeInARow_SuspendsThatTopicForAWhile()
    {
        var suspensions = new StepSuspensions(_time);

        suspensions.NoteOverrun("bad", Little).Should().BeFalse();
        suspensions.NoteOverrun("bad", Little).Should().BeFalse();
        suspensions.IsSuspended("bad").Should().BeFalse();
        suspensions.NoteOverrun("bad", Little).Should().BeTrue();

        suspensions.IsSuspended("bad").Should().BeTrue();
        suspensions.IsSuspended("good").Should().BeFalse();
        suspensions.Topics.Should().Be(1);
        _time.Advance(StepSuspensions.Length);
        suspensions.IsSuspended("bad").Should().BeFalse("it is tried again");
        suspensions.NoteOverrun("bad", Little).Should().BeTrue("once");
        suspensions.IsSuspended("bad").Should().BeTrue();
    }

    [Fact]
    public void NoteDone_Between_BeginsAnew()
    {
        var suspensions = new StepSuspensions(_time);
        suspensions.NoteOverrun("t", Little);
        suspensions.NoteOverrun("t", Little);

        suspensions.NoteDone("t");
        suspensions.NoteOverrun("t", Little);

        suspensions.IsSuspended("t").Should().BeFalse();
    }

    [Fact]
    public void NoteOverrun_ManyTopics_SuspendsAllWhenTheyTakeTooMuchTogether()
    {
        var suspensions = new StepSuspensions(_time);

        for (var i = 0; i < 40; i++)
            suspensions.NoteOverrun($"t/{i}", TimeSpan.FromMilliseconds(100));
        suspensions.IsForAll.Should().BeFalse();
        suspensions.NoteOverrun("t/40", TimeSpan.FromMilliseconds(100)).Should().BeTrue();

        suspensions.IsForAll.Should().BeTrue();
        suspensions.IsSuspended("good").Should().BeTrue();
        _time.Advance(StepSuspensions.Length);
        suspensions.IsSuspended("good").Should().BeFalse();
    }
}
