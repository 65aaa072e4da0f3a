namespace Bridge.Server.Pipeline;

/// <summary>Finds what is wrong with steps together, wherever each comes from.</summary>
internal static class StepDefinitionChecks
{
    /// <returns>What is wrong, and which step is to blame: of several the last.</returns>
    public static IReadOnlyList<(StepDefinition Step, string Text)> FindProblems(IReadOnlyList<StepDefinition> steps, IReadOnlyCollection<string> brokerKeys)
    {
        var problems = new List<(StepDefinition Step, string Text)>();
        foreach (var name in steps.GroupBy(step => step.Options.Name).Where(named => named.Count() > 1))
            Add(name.Last(), $"there are {name.Count()} steps of this name ({string.Join(", ", name.Select(step => step.Kind).Distinct())}); each needs its own");
        foreach (var step in steps.Where(step => step.Options.Broker != StepOptions.AnyBroker && !brokerKeys.Contains(step.Options.Broker)))
            Add(step, $"there is no broker '{step.Options.Broker}'");
        foreach (var shadow in steps.Where(step => step.Options.ShadowOf is not null))
        {
            if (!steps.Any(step => step.Options.Name == shadow.Options.ShadowOf && step.Options.ShadowOf is null))
                Add(shadow, $"there is no step '{shadow.Options.ShadowOf}' that it could be a shadow of");
        }

        foreach (var shadows in steps.Where(step => step.Options.ShadowOf is not null).GroupBy(step => step.Options.ShadowOf).Where(of => of.Count() > 1))
            Add(shadows.Last(), $"step '{shadows.Key}' has a shadow already, {shadows.First().Options.Name}");
        return problems;

        void Add(StepDefinition step, string text) => problems.Add((step, $"Step '{step.Options.Name}': {text}"));
    }
}
