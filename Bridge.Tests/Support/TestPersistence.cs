namespace Bridge.Tests.Support;

/// <summary>Persistence for tests that are about something else.</summary>
internal static class TestPersistence
{
    /// <summary>Keeps nothing on disk, where the settings name no file: many bridges run at a time.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OrNone(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var all = settings.ToList();
        return all.Exists(setting => setting.Key.StartsWith("Bridge:Persistence", StringComparison.OrdinalIgnoreCase))
            ? all
            : [.. all, new("Bridge:Persistence:Path", ""), new("Bridge:Persistence:HistoryPerTopic", "0")];
    }
}
