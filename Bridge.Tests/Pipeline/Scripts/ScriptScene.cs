using System.Text;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Scripts;

/// <summary>Steps made of code, without a folder.</summary>
internal sealed class ScriptScene
{
    public const string File = "steps/decode.js";

    /// <summary>A busy machine compiles slowly; what is tested is seldom how long that takes.</summary>
    public const string Patient = "const step = { timeoutMilliseconds: 30000 };";

    public LogCapture Logs { get; } = new();

    public ScriptLimitOptions Limits { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Loads code that may say itself where it stands.</summary>
    public StepDefinition Load(string code, string name = "decode.js") =>
        new ScriptLoader(Logs.CreateLogger("Scripts"), Time).Load(new(name, $"steps/{name}", Encoding.UTF8.GetBytes(code), null), Limits);

    /// <summary>Loads code that has time.</summary>
    public MessageStep Step(string code) => Load(Patient + code).Step;

    /// <summary>What the code makes of a message from a broker.</summary>
    public StepResult Run(string code, BridgeMessage? message = null) => Call(Step(code), message);

    /// <summary>What the body of a function <c>onMessage(m, context)</c> makes of it.</summary>
    public StepResult RunBody(string body, BridgeMessage? message = null) => Run($"function onMessage(m, context) {{ {body} }}", message);

    public static StepResult Call(MessageStep step, BridgeMessage? message = null, string? user = null, StepStage stage = StepStage.Message)
    {
        var context = new StepContext(stage, user, CancellationToken.None);
        message ??= Message();
        var task = stage == StepStage.Read ? step.OnReadAsync(message, context) : step.OnMessageAsync(message, context);
        return task.IsCompleted ? task.Result : throw new InvalidOperationException("Scripts are synchronous.");
    }

    public static BridgeMessage Message(string text = """{"value":21.5}""") => new()
    {
        BrokerKey = "plant",
        Topic = "plant/1/temp",
        Payload = Encoding.UTF8.GetBytes(text),
        QualityOfService = QualityOfService.AtLeastOnce,
        ReceivedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(123),
    };
}
