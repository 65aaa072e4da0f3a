using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Publishing;

/// <summary>Arrays of messages that came with one idempotency key.</summary>
public sealed class IdempotentArraysTests : IDisposable
{
    private const int Most = 10_000;

    private static readonly BridgeException Refused = new(ErrorCodes.BrokerRefused, "no");
    private static readonly BridgeException Lost = new(ErrorCodes.PublishTimeout, "late") { IsOutcomeUnknown = true };

    private readonly FakeTimeProvider _time = new();
    private readonly IdempotentPublishes _publishes;
    private readonly List<int> _published = [];

    public IdempotentArraysTests() => _publishes = new IdempotentPublishes(_time);

    public void Dispose() => _publishes.Dispose();

    [Fact]
    public async Task PublishAsync_PartlyFailedForCertain_PublishesOnlyWhatIsMissing()
    {
        var first = await PublishAsync("k", 5, index => index is 1 or 3 ? throw Refused : index == 2 ? throw Lost : default);
        var second = await PublishAsync("k", 5, index => index == 3 ? throw Refused : default);
        var third = await PublishAsync("k", 5, _ => default);
        var fourth = await PublishAsync("k", 5, _ => throw Refused);

        first.Should().Equal("a0", "no", "late", "no", "a4");
        second.Should().Equal("a0", "a1", "late", "no", "a4");
        third.Should().Equal("a0", "a1", "late", "a3", "a4");
        fourth.Should().Equal(third);
        _published.Should().Equal(0, 1, 2, 3, 4, 1, 3, 3);
    }

    [Fact]
    public async Task PublishAsync_WhileTheFirstIsUnderWay_JoinsItAlsoWhenTheFirstCallerGoes()
    {
        using var gone = new CancellationTokenSource();
        var answer = new TaskCompletionSource<int>();
        var first = PublishAsync("k", 3, _ => new(answer.Task), gone.Token);
        var second = PublishAsync("k", 3, _ => new(answer.Task));
        await gone.CancelAsync();
        await first.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        var third = PublishAsync("k", 3, _ => new(answer.Task));

        answer.SetResult(0);

        (await second.WaitAsync(Eventually.DefaultTimeout)).Should().Equal("a0", "a1", "a2");
        (await third.WaitAsync(Eventually.DefaultTimeout)).Should().Equal("a0", "a1", "a2");
        _published.Should().Equal(0, 1, 2);
    }

    [Fact]
    public async Task PublishAsync_RetriedAfterPartOfTheTime_IsRememberedFromTheLastAnswerOn()
    {
        await PublishAsync("k", 2, index => index == 1 ? throw Refused : default);
        _time.Advance(IdempotentPublishes.Memory - TimeSpan.FromSeconds(1));
        await PublishAsync("k", 2, _ => default);

        _time.Advance(IdempotentPublishes.Memory - TimeSpan.FromSeconds(1));
        await PublishAsync("k", 2, _ => default);
        _published.Should().Equal(0, 1, 1);

        _time.Advance(TimeSpan.FromSeconds(1));
        await PublishAsync("k", 2, _ => default);
        _published.Should().Equal(0, 1, 1, 0, 1);
    }

    [Fact]
    public async Task PublishAsync_OtherMessagesOrTheOneAlone_IsAConflictUntilNothingIsRemembered()
    {
        await PublishAsync("k", 1, _ => throw Refused);
        await PublishAsync("k", 2, _ => default);

        (await RefusalAsync(PublishAsync("k", 1, _ => default))).Code.Should().Be(ErrorCodes.IdempotencyConflict);
        (await RefusalAsync(PublishAsync("k", 3, _ => default))).Code.Should().Be(ErrorCodes.IdempotencyConflict);
        MessageDigest.Of([Message(0)]).Should().NotEqual(MessageDigest.Of(Message(0)));
        MessageDigest.Of([Message(0), Message(1)]).Should().NotEqual(MessageDigest.Of([Message(1), Message(0)]));
    }

    [Fact]
    public async Task PublishAsync_ManyWithTheSameFailure_KeepOneOfThem()
    {
        var failures = new List<Exception>();
        var answers = await _publishes.PublishAsync(new(default, "k"), [], 1000, run => Task.WhenAll(Enumerable.Range(0, 1000).Select(index => run.PublishAsync(
            index, () => throw new BridgeException(ErrorCodes.PublishTimeout, $"{index % 2}") { IsOutcomeUnknown = true }))), default);

        foreach (var answer in answers)
            failures.Add(FluentActions.Invoking(() => answer.For(Message(0))).Should().Throw<BridgeException>().Which);

        failures.Select(failure => failure.Message).Should().Equal(Enumerable.Range(0, 1000).Select(index => $"{index % 2}"));
        failures.Distinct().Should().HaveCount(2);
    }

    [Fact]
    public async Task PublishAsync_TenOfTheLargestArrays_LeaveRoomForOthers()
    {
        for (var number = 0; number < 10; number++)
            await PublishAsync($"{number}", Most, _ => default);

        _publishes.Remembered.Should().Be((10, 10 * Most));
        for (var number = 10; number < 1000; number++)
            (await PublishAsync($"{number}", 1, _ => default)).Should().Equal("a0");
        _publishes.Remembered.Should().Be((1000, 10 * Most));
    }

    [Fact]
    public async Task PublishAsync_MoreItemsThanAreRemembered_RefusesArraysAndNothingElse()
    {
        var digest = new byte[] { 1 };
        for (var number = 0; number < IdempotentPublishes.MostItems / Most; number++)
            await PublishNothingKnownAsync($"{number}");

        var refusal = await RefusalAsync(PublishAsync("new", 2, _ => default));

        (refusal.Code, refusal.RetryAfter).Should().Be((ErrorCodes.Overloaded, IdempotentPublishes.Memory));
        (await PublishAsync("one", 1, _ => default)).Should().Equal("a0");
        await PublishNothingKnownAsync("0");
        _publishes.Remembered.Items.Should().Be(IdempotentPublishes.MostItems);
        _time.Advance(IdempotentPublishes.Memory);
        (await PublishAsync("new", 2, _ => default)).Should().Equal("a0", "a1");
        _publishes.Remembered.Should().Be((1, 2));

        Task PublishNothingKnownAsync(string key) => _publishes.PublishAsync(new(CallerId.Of(key, null), key), digest, Most, run => run.PublishAsync(0, () => throw Lost), default);
    }

    [Fact]
    public async Task PublishAsync_MoreThanTheShareOfOne_IsRefusedToThatOneOnly()
    {
        for (var number = 0; number < IdempotentPublishes.MostItems / IdempotentPublishes.ShareOfOne / Most; number++)
            await PublishAsync($"{number}", Most, _ => default);

        var refusal = await RefusalAsync(PublishAsync("new", 2, _ => default));
        var other = await _publishes.PublishAsync(new(CallerId.Of("bob", address: null), "new"), [1], 1, run => run.PublishAsync(0, () => throw Lost), default);

        (refusal.Code, refusal.RetryAfter).Should().Be((ErrorCodes.RateLimited, IdempotentPublishes.Memory));
        other.Should().ContainSingle();
    }

    private static PublishRequest Message(int index) => new() { BrokerKey = "plant", Topic = string.Create(CultureInfo.InvariantCulture, $"a{index}") };

    /// <summary>Gives the topics of the receipts, and the messages of the failures.</summary>
    private async Task<IReadOnlyList<string>> PublishAsync(
        string key, int count, Func<int, ValueTask<int>> publish, CancellationToken cancellationToken = default)
    {
        var requests = Enumerable.Range(0, count).Select(Message).ToList();
        var answers = await _publishes.PublishAsync(
            new(default, key),
            MessageDigest.Of(requests),
            count,
            run => Task.WhenAll(requests.Index().Where(item => run.IsMissing(item.Index)).Select(item =>
                run.PublishAsync(item.Index, () => PublishAsync(item.Index, publish)))),
            cancellationToken);
        return [.. answers.Select((answer, index) => TextOf(answer, requests[index]))];
    }

    private async Task<PublishReceipt> PublishAsync(int index, Func<int, ValueTask<int>> publish)
    {
        _published.Add(index);
        await publish(index);
        return new PublishReceipt { BrokerKey = "plant", Topic = "the run's", QualityOfService = QualityOfService.AtLeastOnce };
    }

    private static string TextOf(PublishAnswer answer, PublishRequest request)
    {
        try
        {
            return answer.For(request).Topic;
        }
        catch (BridgeException exception)
        {
            return exception.Message;
        }
    }

    private static async Task<BridgeException> RefusalAsync(Task task) =>
        (await task.Awaiting(refused => refused.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<BridgeException>()).Which;
}
