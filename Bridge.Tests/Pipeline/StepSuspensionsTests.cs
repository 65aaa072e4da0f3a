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

        suspensions.NoteOverrun("plant", "bad", Little).Should().BeFalse();
        suspensions.NoteOverrun("plant", "bad", Little).Should().BeFalse();
        suspensions.IsSuspended("plant", "bad").Should().BeFalse();
        suspensions.NoteOverrun("plant", "bad", Little).Should().BeTrue();

        suspensions.IsSuspended("plant", "bad").Should().BeTrue();
        suspensions.IsSuspended("plant", "good").Should().BeFalse();
        suspensions.IsSuspended("other", "bad").Should().BeFalse();
        suspensions.Topics.Should().Be(1);
        _time.Advance(StepSuspensions.Length);
        suspensions.IsSuspended("plant", "bad").Should().BeFalse("it is tried again");
        suspensions.NoteOverrun("plant", "bad", Little).Should().BeTrue("once");
        suspensions.IsSuspended("plant", "bad").Should().BeTrue();
    }

    [Fact]
    public void NoteDone_Between_BeginsAnew()
    {
        var suspensions = new StepSuspensions(_time);
        suspensions.NoteOverrun("plant", "t", Little);
        suspensions.NoteOverrun("plant", "t", Little);

        suspensions.NoteDone("plant", "t");
        suspensions.NoteOverrun("plant", "t", Little);

        suspensions.IsSuspended("plant", "t").Should().BeFalse();
    }

    [Fact]
    public void NoteOverrun_ManyTopics_SuspendsAllWhenTheyTakeTooMuchTogether()
    {
        var suspensions = new StepSuspensions(_time);

        for (var i = 0; i < 40; i++)
            suspensions.NoteOverrun("plant", $"t/{i}", TimeSpan.FromMilliseconds(100));
        suspensions.IsForAll.Should().BeFalse();
        suspensions.NoteOverrun("plant", "t/40", TimeSpan.FromMilliseconds(100)).Should().BeTrue();

        suspensions.IsForAll.Should().BeTrue();
        suspensions.IsSuspended("plant", "good").Should().BeTrue();
        _time.Advance(StepSuspensions.Length);
        suspensions.IsSuspended("plant", "good").Should().BeFalse();
    }
}
