using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Pipeline;

/// <summary>A way through steps, and what comes out of it.</summary>
internal sealed class LaneScene : IStepOutput, IDisposable
{
    private readonly ILoggerFactory _loggers;

    public LaneScene(int mostMessages = 1000, TimeProvider? time = null, long mostBytes = 10_000_000)
    {
        time ??= TimeProvider.System;
        Time = time;
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug));
        var checks = new StepResultChecks(new LimitOptions { MaxPayloadBytes = 1000 }, key => key is "plant" or "other");
        Settings = new StepLaneSettings(mostMessages, mostBytes, checks, new StepProblems(time, _loggers.CreateLogger<StepPipeline>()), time);
        Lane = new StepLane("plant", StepStage.Message, [], Settings);
    }

    public TimeProvider Time { get; }

    public StepLaneSettings Settings { get; }

    public StepLane Lane { get; }

    public LogCapture Logs { get; } = new();

    /// <summary>What went on: <c>topic=text</c>.</summary>
    public Collected<string> Out { get; } = new();

    /// <summary>How each message ended.</summary>
    public Collected<(string Topic, StepVerdict Verdict)> Ends { get; } = new();

    public LaneScene Use(params PipelineStep[] steps)
    {
        Lane.Change(steps);
        return this;
    }

    public PipelineStep Step(Func<BridgeMessage, StepResult> process, string topics = "#", Action<StepOptions>? configure = null) =>
        Step((message, _) => process(message), topics, configure);

    public PipelineStep Step(Func<BridgeMessage, StepContext, ValueTask<StepResult>> process, string topics = "#", Action<StepOptions>? configure = null, StepShadow? shadow = null)
    {
        var options = new StepOptions { Name = "step", Topics = [topics], TimeoutMilliseconds = 10_000 };
        configure?.Invoke(options);
        var all = StepStages.Message | StepStages.Publish | StepStages.Read;
        return new PipelineStep(new StepDefinition(StepKind.Code, options, all, new LambdaStep(process)), options, Time) { Shadow = shadow };
    }

    public bool Post(string topic, string text, bool makesRoom = false) =>
        Lane.Post(new StepWork(TestMessages.Message(topic, text), this), makesRoom);

    public void GoOn(in StepWork work, BridgeMessage message) => Out.Add($"{message.Topic}={message.GetText()}");

    public void End(in StepWork work, in StepVerdict verdict) => Ends.Add((work.Message.Topic, verdict));

    /// <summary>What went on, when all that was posted is through.</summary>
    public async Task<IReadOnlyList<string>> SettleAsync()
    {
        await Lane.WhenSettledAsync().WaitAsync(Eventually.DefaultTimeout);
        return Out.Items;
    }

    public void Dispose()
    {
        Lane.Dispose();
        _loggers.Dispose();
        Logs.AssertNoUnexpectedErrors();
    }
}
