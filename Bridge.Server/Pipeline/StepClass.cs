using System.Reflection;
using Bridge.Contracts.Steps;

namespace Bridge.Server.Pipeline;

/// <summary>What a class tells of the step that it is.</summary>
internal static class StepClass
{
    /// <summary>The ways on which it processes messages: those whose method it overrides.</summary>
    public static StepStages StagesOf(Type type) =>
        Of(type, nameof(MessageStep.OnMessageAsync), StepStages.Message)
        | Of(type, nameof(MessageStep.OnPublishAsync), StepStages.Publish)
        | Of(type, nameof(MessageStep.OnReadAsync), StepStages.Read);

    public static string? VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? type.Assembly.GetName().Version?.ToString();

    private static StepStages Of(Type type, string method, StepStages stage) =>
        type.GetMethod(method)!.DeclaringType == typeof(MessageStep) ? StepStages.None : stage;
}
