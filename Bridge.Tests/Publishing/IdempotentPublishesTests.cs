using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Publishing;

public sealed class IdempotentPublishesTests : IDisposable
{
    private static readonly PublishRequest Plain = new()
    {
        BrokerKey = "plant",
        Topic = "a",
        Payload = "1"u8.ToArray(),
        UserProperties = [["a", "b"]],
        CorrelationData = new byte[] { 1 },
        IdempotencyKey = "k",
    };

    private static readonly PublishReceipt Receipt = new()
    {
        BrokerKey = "plant",
        Topic = "a",
        QualityOfService = QualityOfService.AtLeastOnce,
        Reason = PublishReason.NoMatchingSubscribers,
    };

    private static readonly PublishRequest[] Differing =
    [
        Plain with { BrokerKey = "other" },
        Plain with { Topic = "b" },
        Plain with { Payload = "2"u8.ToArray() },
        Plain with { Payload = default },
        Plain with { QualityOfService = QualityOfService.ExactlyOnce },
        Plain with { Retain = true },
        Plain with { ContentType = "" },
        Plain with { UserProperties = [["a", "c"]] },
        Plain with { UserProperties = null },
        Plain with { ResponseTopic = "a" },
        Plain with { CorrelationData = new byte[] { 2 } },
        Plain with { ExpirySeconds = 1 },
    ];

    private readonly FakeTimeProvider _time = new();
    private readonly IdempotentPublishes _publishes;
    private int _published;

    public IdempotentPublishesTests() => _publishes = new IdempotentPublishes(_time);

    public void Dispose() => _publishes.Dispose();

    [Fact]
    public async Task PublishAsync_SameKeyAndMessage_PublishesOnceAndRepeatsTheReceipt()
    {
        var copy = Plain with { Payload = "1"u8.ToArray(), UserProperties = [["a", "b"]] };

        (await PublishAsync(Plain)).Should().Be(Receipt);
        _time.Advance(IdempotentPublishes.Memory - TimeSpan.FromTicks(1));
        (await PublishAsync(copy)).Should().Be(Receipt);

        _published.Should().Be(1);
    }

    [Fact]
    public async Task PublishAsync_SameKeyLater_PublishesAgain()
    {
        await PublishAsync(Plain);
        _time.Advance(IdempotentPublishes.Memory);

        await PublishAsync(Differing[0]);

        _published.Should().Be(2);
    }

    [Fact]
    public async Task PublishAsync_SameKeyAndAnyOtherMember_IsAConflict()
    {
        await PublishAsync(Plain);

        foreach (var request in Differing)
            (await RefusalAsync(PublishAsync(request))).Code.Should().Be(ErrorCodes.IdempotencyConflict, "of {0}", request);

        _published.Should().Be(1);
        await PublishAsync(Plain with { IdempotencyKey = "K" });
        _published.Should().Be(2);
    }

    [Fact]
    public async Task PublishAsync_WhileTheFirstIsUnderWay_JoinsItAlsoWhenTheFirstCallerGoes()
    {
        using var gone = new CancellationTokenSource();
        var answer = new TaskCompletionSource<PublishReceipt>();
        var first = PublishAsync(Plain, () => Count(answer.Task), gone.Token);
        var second = PublishAsync(Plain, () => Count(answer.Task));
        // However long it takes.
        _time.Advance(2 * IdempotentPublishes.Memory);
        await gone.CancelAsync();
        await first.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();

        var third = PublishAsync(Plain, () => Count(answer.Task));
        answer.SetResult(Receipt);

        (await second.WaitAsync(Eventually.DefaultTimeout)).Should().Be(Receipt);
        (await third.WaitAsync(Eventually.DefaultTimeout)).Should().Be(Receipt);
        _published.Should().Be(1);
    }

    [Fact]
    public async Task PublishAsync_FailedForCertain_LeavesTheKeyFree()
    {
        (await RefusalAsync(PublishAsync(Plain, new BridgeException(ErrorCodes.BrokerRefused, "no")))).Code.Should().Be(ErrorCodes.BrokerRefused);

        (await PublishAsync(Differing[1])).Topic.Should().Be("b");

        _published.Should().Be(2);
    }

    [Fact]
    public async Task PublishAsync_FailedAtOnce_LeavesTheKeyFree()
    {
        await RefusalAsync(PublishAsync(Plain, () => throw BridgeException.BrokerUnknown("plant")));

        (await PublishAsync(Plain)).Should().Be(Receipt);
    }

    [Fact]
    public async Task PublishAsync_OutcomeUnknown_RepeatsTheFailureUntilTheKeyIsForgotten()
    {
        await RefusalAsync(PublishAsync(Plain, new BridgeException(ErrorCodes.PublishTimeout, "late") { IsOutcomeUnknown = true }));

        (await RefusalAsync(PublishAsync(Plain))).Message.Should().Be("late");
        _published.Should().Be(1);
        _time.Advance(IdempotentPublishes.Memory);
        await PublishAsync(Plain);
        _published.Should().Be(2);
    }

    [Fact]
    public async Task PublishAsync_Fault_IsNotTriedAgain()
    {
        await PublishAsync(Plain, new InvalidOperationException("a bug")).Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>();

        await PublishAsync(Plain).Awaiting(task => task).Should().ThrowAsync<InvalidOperationException>();
        _published.Should().Be(1);
    }

    [Fact]
    public async Task PublishAsync_MoreKeysThanAreRemembered_RefusesNewOnesAndForgetsNone()
    {
        await PublishAsync(Numbered(0));
        _time.Advance(TimeSpan.FromMinutes(2));
        for (var number = 1; number < IdempotentPublishes.MostKeys; number++)
            await PublishAsync(Numbered(number));

        var refusal = await RefusalAsync(PublishAsync(Numbered(-1)));

        (refusal.Code, refusal.RetryAfter).Should().Be((ErrorCodes.Overloaded, TimeSpan.FromMinutes(3)));
        _published.Should().Be(IdempotentPublishes.MostKeys);
        await PublishAsync(Numbered(0));
        await PublishAsync(Numbered(IdempotentPublishes.MostKeys - 1));
        _published.Should().Be(IdempotentPublishes.MostKeys, "they are remembered");
        _time.Advance(refusal.RetryAfter!.Value);
        await PublishAsync(Numbered(-1));
        _published.Should().Be(IdempotentPublishes.MostKeys + 1);
        (await RefusalAsync(PublishAsync(Numbered(-2)))).Code.Should().Be(ErrorCodes.Overloaded, "one was forgotten, and no other");
    }

    [Fact]
    public async Task Remembered_NobodyComesAnyMore_IsForgottenAfterItsTime()
    {
        for (var number = 0; number < 1000; number++)
            await PublishAsync(Numbered(number));
        var answer = new TaskCompletionSource<PublishReceipt>();
        var underWay = PublishAsync(Plain, () => answer.Task);

        _time.Advance(IdempotentPublishes.Memory - TimeSpan.FromSeconds(1));
        _publishes.Remembered.Keys.Should().Be(1001);
        _time.Advance(TimeSpan.FromSeconds(10));
        _publishes.Remembered.Keys.Should().Be(1, "that has no answer yet");

        answer.SetResult(Receipt);
        await underWay.WaitAsync(Eventually.DefaultTimeout);
        _time.Advance(IdempotentPublishes.Memory + TimeSpan.FromSeconds(10));
        _publishes.Remembered.Should().Be((0, 0));
    }

    private static PublishRequest Numbered(int number) => Plain with { IdempotencyKey = number.ToString(CultureInfo.InvariantCulture) };

    private Task<PublishReceipt> PublishAsync(PublishRequest request, Exception? failure = null) => PublishAsync(
        request,
        () => Count(failure is null ? Task.FromResult(Receipt) : Task.FromException<PublishReceipt>(failure)));

    private async Task<PublishReceipt> PublishAsync(
        PublishRequest request, Func<Task<PublishReceipt>> publish, CancellationToken cancellationToken = default)
    {
        var answers = await _publishes.PublishAsync(
            new(CallerOf(request), request.IdempotencyKey!), MessageDigest.Of(request), 1, run => run.PublishAsync(0, publish), cancellationToken);
        return answers.Should().ContainSingle().Which.For(request);
    }

    private Task<PublishReceipt> Count(Task<PublishReceipt> answer)
    {
        _published++;
        return answer;
    }

    private static async Task<BridgeException> RefusalAsync(Task task) =>
        (await task.Awaiting(refused => refused.WaitAsync(Eventually.DefaultTimeout)).Should().ThrowAsync<BridgeException>()).Which;

    /// <summary>Many, because each has its share.</summary>
    private static CallerId CallerOf(PublishRequest request)
    {
        var key = request.IdempotencyKey!;
        return CallerId.Of(key.Length < 2 ? key : key[^2..], address: null);
    }
}
