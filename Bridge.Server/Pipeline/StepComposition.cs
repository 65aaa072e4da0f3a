using System.Collections.ObjectModel;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline;

/// <summary>Makes of what all sources have the steps that run, in their order, each with its shadow. One call comes at a time.</summary>
/// <param name="sources">Where steps come from.</param>
/// <param name="settings">What the ways of shadows have in common with those of steps.</param>
/// <param name="logger">Where it is told what is left out.</param>
internal sealed partial class StepComposition(IReadOnlyList<IStepSource> sources, StepLaneSettings settings, ILogger logger)
{
    private volatile IReadOnlyDictionary<string, string> _leftOut = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What is wrong with what is not used, by the file that it is in.</summary>
    public IReadOnlyDictionary<string, string> Problems =>
        sources.SelectMany(source => source.Problems).Concat(_leftOut).DistinctBy(problem => problem.Key).ToDictionary();

    /// <summary>Has this called when a source has others, though the settings are the same.</summary>
    public void OnChange(Action changed)
    {
        foreach (var source in sources)
            source.Changed = changed;
    }

    /// <summary>Finds the steps that are to run by these settings.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="current">The steps that run: those that did not change are the same again.</param>
    /// <param name="isStart">Whether whoever is wrong can still be told by not starting.</param>
    /// <exception cref="BridgeConfigurationException">A step cannot be used, or does not fit the others.</exception>
    public IReadOnlyList<PipelineStep> Compose(BridgeOptions options, IReadOnlyList<PipelineStep> current, bool isStart = false)
    {
        StepDefinition[] known = [.. current.Select(step => step.Definition), .. current.Select(step => step.Shadow?.Step.Definition).OfType<StepDefinition>()];
        var definitions = sources.SelectMany(source => source.Find(options.Pipeline, known)).ToList();
        LeaveOutWrongScripts(definitions, known, [.. options.Brokers.Keys], isStart);
        var shadows = definitions.Where(definition => definition.Options.ShadowOf is not null).ToDictionary(definition => definition.Options.ShadowOf!);
        return
        [
            .. definitions.Where(definition => definition.Options.ShadowOf is null)
                .OrderBy(definition => definition.Options.Order)
                .Select(definition => Continue(current, definition, shadows.GetValueOrDefault(definition.Options.Name))),
        ];
    }

    /// <summary>
    /// Whoever saves a file must not keep settings or other files from being used: a script that does not fit the others stays as it was, or is
    /// left out. At the start it is a mistake like others.
    /// </summary>
    /// <exception cref="BridgeConfigurationException">Something else does not fit.</exception>
    private void LeaveOutWrongScripts(List<StepDefinition> definitions, StepDefinition[] known, string[] brokerKeys, bool isStart)
    {
        var problems = new Dictionary<string, string>();
        while (StepDefinitionChecks.FindProblems(definitions, brokerKeys) is { Count: > 0 } found)
        {
            var wrong = found.Where(problem => problem.Step.Kind == StepKind.Script).ToList();
            if (isStart || wrong.Count == 0)
                throw new BridgeConfigurationException([.. found.Select(problem => problem.Text)]);

            foreach (var (step, text) in wrong.DistinctBy(problem => problem.Step))
            {
                problems[$"{step.Options.Name}.js"] = text;
                var at = definitions.IndexOf(step);
                definitions.RemoveAt(at);
                // It may itself be what does not fit; then the next look leaves it out.
                if (Array.Find(known, other => other.Kind == StepKind.Script && other.Options.Name == step.Options.Name) is { } before && before != step)
                    definitions.Insert(at, before);
            }
        }

        foreach (var (file, text) in problems.Where(problem => _leftOut.GetValueOrDefault(problem.Key) != problem.Value))
            Log.LeftOut(logger, file, text);
        _leftOut = problems;
    }

    /// <returns>The step that there is, if it is as it should be, or another.</returns>
    private PipelineStep Continue(IReadOnlyList<PipelineStep> current, StepDefinition definition, StepDefinition? shadow)
    {
        var known = current.FirstOrDefault(step => IsSame(step.Definition, definition));
        if (known is not null && (shadow is null ? known.Shadow is null : IsSame(known.Shadow?.Step.Definition, shadow)))
            return known;

        return new PipelineStep(definition, definition.Options, settings.Time, known)
        {
            Shadow = shadow is null ? null : new StepShadow(new PipelineStep(shadow, definition.Options, settings.Time), settings),
        };
    }

    private static bool IsSame(StepDefinition? known, StepDefinition definition) =>
        known is not null && ReferenceEquals(known.Step, definition.Step) && !OptionsComparison.Differences(known.Options, definition.Options, "").Any();

    private static partial class Log
    {
        [LoggerMessage(12008, LogLevel.Error, "The script {File} is not used as it is now; where there was a step of it, that one goes on: {Problem}")]
        public static partial void LeftOut(ILogger logger, string file, string problem);
    }
}
