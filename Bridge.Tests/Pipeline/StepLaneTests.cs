using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline;

public sealed class StepLaneTests
{
    [Fact]
    public async Task Post_StepsInOrder_EachGetsWhatTheOneBeforeMade()
    {
        using var scene = new LaneScene();
        scene.Use(
            scene.Step(message => StepResult.Change(message.WithText(message.GetText() + "a"))),
            scene.Step(message => StepResult.Change(message with { Topic = "renamed" }), "t/1"),
            scene.Step(message => StepResult.Change(message.WithText(message.GetText() + "b")), "renamed"));

        scene.Post("t/1", "1");
        scene.Post("t/2", "2");

        (await scene.SettleAsync()).Should().Equal("renamed=1ab", "t/2=2a");
    }

    [Fact]
    public async Task Post_EachOutcome_EndsAsItSays()
    {
        using var scene = new LaneScene();
        var step = scene.Step(message => message.Topic switch
        {
            "pass" => StepResult.Pass,
            "drop" => StepResult.Drop,
            "reject" => StepResult.Reject("no"),
            "split" => StepResult.Split([message with { Topic = "a" }, message with { Topic = "b" }]),
            "none" => StepResult.Split([]),
            _ => throw new InvalidOperationException("broken"),
        });
        scene.Use(step);

        foreach (var topic in (string[])["pass", "drop", "reject", "split", "none", "throw"])
            scene.Post(topic, "1");

        (await scene.SettleAsync()).Should().Equal("pass=1", "a=1", "b=1");
        scene.Ends.Items.Should().Equal(
            ("pass", new StepVerdict(StepEnd.WentOn)),
            ("drop", new StepVerdict(StepEnd.Dropped, "step")),
            ("reject", new StepVerdict(StepEnd.Rejected, "step", "no")),
            ("split", new StepVerdict(StepEnd.WentOn)),
            ("none", new StepVerdict(StepEnd.Dropped, "step")),
            ("throw", new StepVerdict(StepEnd.Failed, "step", "failed")));
        Enum.GetValues<StepCall>().Select(step.Counts.Of).Should().Equal(1, 0, 1, 2, 1, 1, 0, 0);
        step.Counts.LastProblem!.Text.Should().Be("broken");
    }

    [Fact]
    public async Task Post_SplitInSplit_GoesDepthFirst()
    {
        using var scene = new LaneScene();
        scene.Use(
            scene.Step(message => StepResult.Split([message.WithText("1"), message.WithText("2")])),
            scene.Step((message, _) => Later(StepResult.Split([message.WithText(message.GetText() + "x"), message.WithText(message.GetText() + "y")]))),
            scene.Step(message => message.GetText() == "1y" ? StepResult.Reject("not this") : StepResult.Pass));

        scene.Post("t", "0");

        (await scene.SettleAsync()).Should().Equal("t=1x", "t=2x", "t=2y");
        scene.Ends.Items.Should().Equal(("t", new StepVerdict(StepEnd.Rejected, "step", "not this")));
    }

    [Fact]
    public async Task Post_StepWaits_ItsTopicWaitsInOrderAndOthersGoOn()
    {
        using var scene = new LaneScene();
        var gate = new TaskCompletionSource();
        scene.Use(
            scene.Step(async (message, _) =>
            {
                await gate.Task;
                return StepResult.Pass;
            }, "slow"),
            scene.Step(message => StepResult.Change(message.WithText(message.GetText() + "!"))));

        for (var i = 0; i < 5; i++)
        {
            scene.Post("slow", $"{i}");
            scene.Post("quick", $"{i}");
        }

        await scene.Out.WaitForAsync(item => item == "quick=4!");
        scene.Out.Items.Should().Equal(Enumerable.Range(0, 5).Select(i => $"quick={i}!"));
        gate.SetResult();

        (await scene.SettleAsync()).Skip(5).Should().Equal(Enumerable.Range(0, 5).Select(i => $"slow={i}!"));
    }

    [Fact]
    public async Task Post_StepTakesTooLong_IsCancelledAndTheNextOfItsTopicGoes()
    {
        using var scene = new LaneScene();
        var cancelled = new TaskCompletionSource();
        var step = scene.Step(async (message, context) =>
        {
            if (message.GetText() == "1")
            {
                context.CancellationToken.Register(cancelled.SetResult);
                await new TaskCompletionSource().Task;
            }

            return StepResult.Pass;
        }, configure: options => options.TimeoutMilliseconds = 500);
        scene.Use(step);

        scene.Post("t", "1");
        scene.Post("t", "2");

        (await scene.SettleAsync()).Should().Equal("t=2");
        await cancelled.Task.WaitAsync(Eventually.DefaultTimeout);
        step.Counts.Of(StepCall.Overran).Should().Be(1);
        scene.Ends.Items[0].Verdict.Should().Be(new StepVerdict(StepEnd.Failed, "step", "took longer than 500 ms"));
    }

    [Fact]
    public async Task Post_StepHangs_IsLeftBehindAndTheOthersGoOn()
    {
        using var scene = new LaneScene();
        using var hang = new ManualResetEventSlim();
        var step = scene.Step(message =>
        {
            if (message.GetText() == "hang")
                hang.Wait();
            return StepResult.Change(message.WithText("late"));
        }, "bad", options => (options.TimeoutMilliseconds, options.OnFailure) = (20, StepFailureAction.Bypass));
        scene.Use(step, scene.Step(message => StepResult.Change(message.WithText(message.GetText() + "!"))));

        scene.Post("bad", "hang");
        scene.Post("good", "1");

        // In its turn, as if the step was not there; what the thread comes back with is nothing any more.
        (await scene.SettleAsync()).Should().Equal("bad=hang!", "good=1!");
        step.State.Stuck.Should().Be(1);
        hang.Set();
        await Eventually.HoldsAsync(() => step.State.Stuck == 0);
        scene.Post("good", "2");
        (await scene.SettleAsync()).Should().Equal("bad=hang!", "good=1!", "good=2!");
    }

    [Fact]
    public async Task Change_ToAStepThatMayTakeLess_ItIsLeftBehindInItsOwnTime()
    {
        using var scene = new LaneScene();
        using var hang = new ManualResetEventSlim();
        scene.Use(scene.Step(_ => StepResult.Pass, configure: options => options.TimeoutMilliseconds = 60_000));
        scene.Post("a", "1");
        await scene.SettleAsync();

        scene.Use(scene.Step(message =>
        {
            hang.Wait();
            return StepResult.Pass;
        }, configure: options => (options.TimeoutMilliseconds, options.OnFailure) = (20, StepFailureAction.Bypass)));
        scene.Post("a", "2");

        (await scene.SettleAsync()).Should().Equal("a=1", "a=2");
        hang.Set();
    }

    [Fact]
    public async Task Post_StepHangsForEveryMessage_IsNotCalledAnyMore()
    {
        var time = new FakeTimeProvider();
        using var scene = new LaneScene(time: time);
        using var hang = new ManualResetEventSlim();
        var calls = 0;
        var step = scene.Step(message =>
        {
            Interlocked.Increment(ref calls);
            hang.Wait();
            return StepResult.Pass;
        }, "bad/#", options => options.TimeoutMilliseconds = 1);
        scene.Use(step, scene.Step(_ => StepResult.Pass));

        for (var i = 0; i < 100; i++)
            scene.Post($"bad/{i}", "hang");
        scene.Post("good", "1");
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return scene.Lane.Count == 0;
        });

        scene.Out.Items.Should().Equal("good=1");
        calls.Should().Be(4, "so many threads may hang");
        step.Counts.Of(StepCall.Suspended).Should().Be(96);
        hang.Set();
        await Eventually.HoldsAsync(() => step.State.Stuck == 0);
    }

    [Fact]
    public async Task Post_ResultCannotBeUsed_Fails()
    {
        using var scene = new LaneScene();
        var step = scene.Step(message => StepResult.Change(message.GetText() switch
        {
            "topic" => message with { Topic = "a/+" },
            "broker" => message with { BrokerKey = "nowhere" },
            "null" => message with { Topic = null! },
            "large" => message with { Payload = new byte[1001] },
            _ => message with { BrokerKey = "other" },
        }));
        scene.Use(step);

        foreach (var text in (string[])["topic", "broker", "null", "large", "fine"])
            scene.Post("t", text);

        (await scene.SettleAsync()).Should().Equal("t=fine");
        step.Counts.Of(StepCall.Failed).Should().Be(4);
        scene.Logs.Entries.Items.Should().Contain(entry => entry.Message.Contains("A topic name must not contain a wildcard"));
    }

    [Theory]
    [InlineData(20, 1_000_000)]
    [InlineData(1000, 9000)]
    public async Task Post_TooManyWait_TheOldestMakeRoomOrItIsRefused(int mostMessages, long mostBytes)
    {
        using var scene = new LaneScene(mostMessages, mostBytes: mostBytes);
        using var hold = new ManualResetEventSlim();
        using var isHeld = new ManualResetEventSlim();
        scene.Use(scene.Step(message =>
        {
            isHeld.Set();
            hold.Wait();
            return StepResult.Pass;
        }, "hold"), scene.Step(_ => StepResult.Pass));
        scene.Post("hold", "1");
        isHeld.Wait();

        var taken = 0;
        while (scene.Post($"t/{taken}", new string('x', 100)))
            taken++;
        taken.Should().BeInRange(5, 30);
        scene.Post("large", new string('x', 900), makesRoom: true).Should().BeTrue();
        var leftOut = scene.Lane.LeftOut;
        hold.Set();

        var expected = Enumerable.Range(0, taken).Skip((int)leftOut - 1).Select(i => $"t/{i}");
        (await scene.SettleAsync()).Select(item => item.Split('=')[0]).Should().Equal(["hold", .. expected, "large"]);
        scene.Ends.Items.Where(end => end.Verdict.Code == ErrorCodes.Overloaded).Should().HaveCount((int)leftOut - 1, "one was refused before it began");
    }

    [Fact]
    public async Task Post_OneTopicWaits_LeavesRoomForOthers()
    {
        using var scene = new LaneScene(mostMessages: 20);
        var gate = new TaskCompletionSource();
        scene.Use(scene.Step(async (message, _) =>
        {
            await gate.Task;
            return StepResult.Pass;
        }, "slow"), scene.Step(_ => StepResult.Pass));

        for (var i = 0; i < 10; i++)
            scene.Post("slow", $"{i}").Should().BeTrue();
        await Eventually.HoldsAsync(() => scene.Lane.LeftOut == 7);
        for (var i = 0; i < 100; i++)
        {
            scene.Post("quick", $"{i}").Should().BeTrue();
            await scene.Out.WaitForAsync(item => item == $"quick={i}");
        }

        gate.SetResult();
        (await scene.SettleAsync()).Where(item => item.StartsWith("slow", StringComparison.Ordinal)).Should().Equal("slow=0", "slow=8", "slow=9");
    }

    [Fact]
    public async Task Post_StepIsSlowButAnswers_CountsAndIsSuspendedInTheEnd()
    {
        var time = new FakeTimeProvider();
        using var scene = new LaneScene(time: time);
        var step = scene.Step(message =>
        {
            time.Advance(TimeSpan.FromMilliseconds(60));
            return StepResult.Pass;
        }, configure: options => options.TimeoutMilliseconds = 50);
        scene.Use(step);

        for (var i = 0; i < 4; i++)
            scene.Post("t", $"{i}");

        (await scene.SettleAsync()).Should().Equal("t=0", "t=1", "t=2");
        step.Counts.Of(StepCall.Suspended).Should().Be(1);
        step.Counts.LastProblem!.Text.Should().EndWith("50 are allowed");
    }

    [Fact]
    public async Task Post_StepsOfAnotherWayOverran_IsCalled()
    {
        using var scene = new LaneScene();
        using var other = new StepLane("plant", StepStage.Publish, [], scene.Settings);
        var step = scene.Step(message => message.GetText() == "bad" ? throw new StepOverrunException("too much") : StepResult.Pass);
        scene.Use(step);
        other.Change([step]);
        for (var i = 0; i < 5; i++)
            other.Post(new StepWork(TestMessages.Message("t", "bad"), scene), makesRoom: false);
        await other.WhenSettledAsync().WaitAsync(Eventually.DefaultTimeout);

        scene.Post("t", "good");

        (await scene.SettleAsync()).Should().Equal("t=good");
        (step.State.SuspendedTopics, step.Counts.Of(StepCall.Suspended)).Should().Be((1, 2));
    }

    [Fact]
    public async Task Dispose_StepHangs_ItsMessageEndsAllTheSame()
    {
        var time = new FakeTimeProvider();
        using var scene = new LaneScene(time: time);
        using var hang = new ManualResetEventSlim();
        using var isIn = new ManualResetEventSlim();
        scene.Use(scene.Step(message =>
        {
            isIn.Set();
            hang.Wait();
            return StepResult.Pass;
        }));
        scene.Post("t", "1");
        isIn.Wait();

        scene.Lane.Dispose();
        time.Advance(TimeSpan.FromMinutes(1));

        (await scene.Ends.WaitForAsync(end => end.Topic == "t")).Verdict.Code.Should().Be(ErrorCodes.BrokerDisconnected);
        hang.Set();
    }

    [Fact]
    public void Split_ListIsUsedAgain_KeepsWhatItWas()
    {
        var list = new List<BridgeMessage> { TestMessages.Message("a", "1") };
        var result = StepResult.Split(list);

        list.Clear();

        result.Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task Change_WhileMessagesAreOnTheirWay_KeepsTheirOrder()
    {
        using var scene = new LaneScene();
        var gate = new TaskCompletionSource();
        var inStep = new TaskCompletionSource();
        scene.Use(scene.Step(async (message, _) =>
        {
            inStep.SetResult();
            await gate.Task;
            return StepResult.Change(message.WithText("old"));
        }, "t"));
        scene.Post("t", "1");
        await inStep.Task.WaitAsync(Eventually.DefaultTimeout);

        scene.Use();
        scene.Lane.Takes("t").Should().BeTrue("what comes now must not overtake the other");
        scene.Post("t", "2");
        gate.SetResult();

        (await scene.SettleAsync()).Should().Equal("t=old", "t=2");
        scene.Lane.Takes("t").Should().BeFalse();
    }

    [Fact]
    public void Dispose_MessagesWait_AreToldToHaveFailed()
    {
        var scene = new LaneScene();
        scene.Use(scene.Step((_, _) => new ValueTask<StepResult>(new TaskCompletionSource<StepResult>().Task)));
        scene.Post("t", "1");
        scene.Post("t", "2");

        scene.Dispose();

        scene.Ends.Items.Where(end => end.Verdict.End == StepEnd.Failed).Should().NotBeEmpty();
        scene.Post("t", "3").Should().BeFalse();
    }

    private static async ValueTask<StepResult> Later(StepResult result)
    {
        await Task.Yield();
        return result;
    }
}
