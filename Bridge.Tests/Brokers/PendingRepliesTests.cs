using Bridge.Contracts;
using Bridge.Server.Brokers;

namespace Bridge.Tests.Brokers;

public sealed class PendingRepliesTests
{
    private readonly PendingReplies _replies = new(most: 2);

    [Fact]
    public void TryAdd_MoreThanMayWait_IsNullUntilOneIsDone()
    {
        var (first, _) = (_replies.TryAdd()!, _replies.TryAdd());
        (_replies.TryAdd() is null).Should().BeTrue();

        _replies.Remove(first).Should().BeTrue();
        _replies.Remove(first).Should().BeFalse();

        (_replies.TryAdd() is null).Should().BeFalse();
        _replies.Count.Should().Be(2);
    }

    [Fact]
    public void Take_ByCorrelationData_FindsItsRequestOnce()
    {
        var (first, second) = (_replies.TryAdd()!, _replies.TryAdd()!);

        (_replies.Take(second.Key.ToByteArray()) == second).Should().BeTrue();
        (_replies.Take(first.Key.ToByteArray()) == first).Should().BeTrue();
        (_replies.Take(first.Key.ToByteArray()) is null).Should().BeTrue("a second reply is nobody's");

        (_replies.Late, _replies.Count).Should().Be((1, 0));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65_535)]
    public void Take_CorrelationDataOfNoRequest_IsCounted(int? length)
    {
        _replies.TryAdd();

        (_replies.Take(length is { } bytes ? new byte[bytes] : null) is null).Should().BeTrue();

        (_replies.Late, _replies.Count).Should().Be((1, 1));
    }

    [Fact]
    public async Task Fail_AllThatWait_FailAndLaterOnesWait()
    {
        var waiting = _replies.TryAdd()!;
        var answered = _replies.TryAdd()!;
        _replies.Take(answered.Key.ToByteArray());
        answered.SetResult(new BridgeMessage());

        _replies.Fail(new InvalidOperationException("ended"));
        var later = _replies.TryAdd()!;

        await waiting.Task.Awaiting(reply => reply).Should().ThrowAsync<InvalidOperationException>();
        answered.Task.IsCompletedSuccessfully.Should().BeTrue();
        later.Task.IsCompleted.Should().BeFalse();
        _replies.Count.Should().Be(1);
    }
}
