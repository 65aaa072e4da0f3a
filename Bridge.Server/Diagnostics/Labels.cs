using System.Text.Json;

namespace Bridge.Server.Diagnostics;

/// <summary>
/// What values are told apart by. Only what the configuration or the code has a list of: with topics, users or connections the number of
/// values would have no bound.
/// </summary>
internal static class Labels
{
    public static KeyValuePair<string, object?> Broker(string key) => new("broker", key);

    /// <summary>A member's name as it is told: <c>catch_up</c>.</summary>
    public static string Name<T>(T member)
        where T : struct, Enum => Names<T>.Of[member];

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Of = Enum.GetValues<T>().ToDictionary(
            member => member, member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString()));
    }
}
