namespace Bridge.Tests.Support;

/// <summary>
/// A test that needs tools. Without them it is skipped and says why; with <c>CI=true</c> it runs and fails,
/// so that a build server that lacks a tool does not look like one where all is well.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(Tool tools)
    {
        Tools = tools;
        Skip = SkipReason(tools);
    }

    public Tool Tools { get; }

    internal static string? SkipReason(Tool tools) =>
        Environment.GetEnvironmentVariable("CI") == "true" ? null : Support.Tools.WhyMissing(tools);
}

/// <inheritdoc cref="ToolFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ToolTheoryAttribute : TheoryAttribute
{
    public ToolTheoryAttribute(Tool tools)
    {
        Tools = tools;
        Skip = ToolFactAttribute.SkipReason(tools);
    }

    public Tool Tools { get; }
}
