namespace Bridge.Server.Pipeline;

/// <summary>Finds what is wrong with steps together, wherever each comes from.</summary>
internal static class StepDefinitionChecks
{
    public static IReadOnlyList<string> FindProblems(IReadOnlyList<StepDefinition> steps, IReadOnlyCollection<string> brokerKeys)
    {
        var errors = new List<string>();
        foreach (var name in steps.GroupBy(step => step.Options.Name).Where(named => named.Count() > 1))
            errors.Add($"{Of(name.First())}: there are {name.Count()} steps of this name ({string.Join(", ", name.Select(step => step.Kind).Distinct())}); each needs its own");
        foreach (var step in steps.Where(step => step.Options.Broker != StepOptions.AnyBroker && !brokerKeys.Contains(step.Options.Broker)))
            errors.Add($"{Of(step)}: there is no broker '{step.Options.Broker}'");
        foreach (var shadow in steps.Where(step => step.Options.ShadowOf is not null))
        {
            if (!steps.Any(step => step.Options.Name == shadow.Options.ShadowOf && step.Options.ShadowOf is null))
                errors.Add($"{Of(shadow)}: there is no step '{shadow.Options.ShadowOf}' that it could be a shadow of");
        }

        foreach (var shadows in steps.Where(step => step.Options.ShadowOf is not null).GroupBy(step => step.Options.ShadowOf).Where(of => of.Count() > 1))
            errors.Add($"{Of(shadows.Last())}: step '{shadows.Key}' has a shadow already, {shadows.First().Options.Name}");
        return errors;
    }

    private static string Of(StepDefinition step) => $"Step '{step.Options.Name}'";
}
