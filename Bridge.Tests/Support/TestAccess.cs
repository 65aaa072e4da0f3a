namespace Bridge.Tests.Support;

/// <summary>Access rules for tests that are about something else.</summary>
internal static class TestAccess
{
    /// <summary>Lets everybody do everything, where the settings say nothing of access.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OrEverybody(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var all = settings.ToList();
        return all.Exists(setting => setting.Key.StartsWith("Bridge:Access", StringComparison.OrdinalIgnoreCase))
            ? all
            :
            [
                .. all,
                new("Bridge:Access:Anonymous", "everybody"),
                new("Bridge:Access:Roles:everybody:Administrator", "true"),
            ];
    }
}
