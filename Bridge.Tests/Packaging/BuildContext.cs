using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.Packaging;

/// <summary>What <c>.dockerignore</c> leaves of the repository (https://docs.docker.com/build/concepts/context/#dockerignore-files).</summary>
internal static class BuildContext
{
    private static readonly (bool IsKept, Regex Pattern)[] Rules =
    [
        .. File.ReadAllLines(Repository.PathOf(".dockerignore"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => (line.StartsWith('!'), ToRegex(line.TrimStart('!')))),
    ];

    /// <summary>Whether a file or folder of the repository is there for the build.</summary>
    public static bool Has(string path) => Takes(path) && (File.Exists(Repository.PathOf(path)) || Directory.Exists(Repository.PathOf(path)));

    /// <summary>Whether a path would be there, if it existed: the last rule that matches counts.</summary>
    public static bool Takes(string path) => Rules.LastOrDefault(rule => rule.Pattern.IsMatch(path), (IsKept: true, null!)).IsKept;

    /// <summary>A pattern also matches all that is in a folder that it matches.</summary>
    private static Regex ToRegex(string pattern) => new(
        $"^{Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}(/.*)?$");
}
