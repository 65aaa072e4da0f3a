using System.Text;

namespace Bridge.Server.Access;

/// <summary>The name of somebody: it stands in logs, and in messages as a user property.</summary>
internal static class UserName
{
    private const int MostCharacters = 256;

    /// <summary>What is wrong with a name; null: nothing.</summary>
    public static string? FindProblem(string name) =>
        name.Length is 0 or > MostCharacters ? $"must have 1 to {MostCharacters} characters"
        : name.Any(char.IsControl) ? "must have no control characters"
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name)) != name ? "must be well-formed Unicode"
        : null;
}
