namespace Bridge.Server.Access;

/// <summary>The names of the actions in the configuration.</summary>
internal static class AccessActions
{
    private static readonly Dictionary<string, AccessAction> ByName =
        Enum.GetValues<AccessAction>().ToDictionary(NameOf);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static string NameOf(AccessAction action) => action.ToString().ToLowerInvariant();

    public static AccessAction Parse(string name) =>
        ByName.TryGetValue(name, out var action) ? action : throw new FormatException($"'{name}' is no action.");
}
