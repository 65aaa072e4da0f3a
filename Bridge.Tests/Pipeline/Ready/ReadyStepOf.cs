using System.Text;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Ready;
using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>Ready steps as the configuration makes them, and what they make of messages.</summary>
internal static class ReadyStepOf
{
    private static readonly string[] Brokers = ["plant", "cloud"];

    /// <summary>The step with such a group, such as <c>"PickField": { "Path": "a" }</c>.</summary>
    public static MessageStep Group(string group, TimeProvider? time = null, string? contentRoot = null) =>
        Json($$"""{ "Name": "step", {{group}} }""", time, contentRoot);

    public static MessageStep Json(string step, TimeProvider? time = null, string? contentRoot = null)
    {
        var errors = new List<string>();
        var options = Read(step, errors, contentRoot);
        errors.Should().BeEmpty();
        return ReadySteps.Create(options, contentRoot ?? "/", time ?? TimeProvider.System)!;
    }

    /// <summary>What is wrong with a step that has such a group, without the path of the step.</summary>
    public static IReadOnlyList<string> GroupErrors(string group, string? contentRoot = null) => Errors($$"""{ "Name": "step", {{group}} }""", contentRoot);

    public static IReadOnlyList<string> Errors(string step, string? contentRoot = null)
    {
        var errors = new List<string>();
        Read(step, errors, contentRoot);
        return [.. errors.Select(error => error["Bridge:Pipeline:Steps:0:".Length..])];
    }

    public static StepResult Run(this MessageStep step, BridgeMessage message, StepStage stage = StepStage.Message)
    {
        var context = new StepContext(stage, null, CancellationToken.None);
        var task = stage switch
        {
            StepStage.Message => step.OnMessageAsync(message, context).AsTask(),
            StepStage.Publish => step.OnPublishAsync(message, context).AsTask(),
            _ => step.OnReadAsync(message, context).AsTask(),
        };
        task.IsCompletedSuccessfully.Should().BeTrue("ready steps answer at once");
        return task.Result;
    }

    public static StepResult Run(this MessageStep step, string payload, string topic = "t", bool retain = false) =>
        step.Run(TestMessages.Message(topic, payload, retain));

    public static string Text(this StepResult result) => result.Message!.GetText();

    /// <summary>What a thousand runs allocate.</summary>
    public static long Allocated(this MessageStep step, BridgeMessage message, StepOutcome expected, StepOutcome? first = null)
    {
        var ready = (ReadyStep)step;
        ready.Process(message, StepStage.Message).Outcome.Should().Be(first ?? expected);
        for (var i = 0; i < 100; i++)
            ready.Process(message, StepStage.Message).Outcome.Should().Be(expected);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            ready.Process(message, StepStage.Message);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static ConfiguredStepOptions Read(string step, List<string> errors, string? contentRoot)
    {
        var configuration = Loading.Json($$"""{ "Bridge": { "Pipeline": { "Steps": [ {{step}} ] } } }""");
        var pipeline = new PipelineOptions();
        new OptionsReader(errors).Read(configuration.GetSection("Bridge:Pipeline"), pipeline);
        var checks = new OptionsChecks(errors, "Bridge", contentRoot ?? "/").At("Pipeline").At("Steps:0");
        ConfiguredStepOptionsValidator.Check(pipeline.Steps[0], checks, Brokers);
        return pipeline.Steps[0];
    }
}
