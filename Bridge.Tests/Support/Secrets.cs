using System.Buffers;
using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Bridge.Tests.Support;

/// <summary>What must stand in no log: what the tests made, and whatever looks like it.</summary>
internal static partial class Secrets
{
    private static readonly ConcurrentDictionary<string, byte> Known = [];

    /// <summary>From now on it must stand in no log of any bridge.</summary>
    public static void Add(string secret) => Known[secret] = 0;

    /// <summary>What a bridge logged has none in it.</summary>
    public static void ShouldNotBeIn(IEnumerable<string> lines)
    {
        var known = SearchValues.Create([.. Known.Keys], StringComparison.Ordinal);
        lines.Where(line => line.AsSpan().ContainsAny(known) || Pattern().IsMatch(line)).Should().BeEmpty("no log may have a secret");
    }

    // Keys, tickets and tokens (their header begins with {").
    [GeneratedRegex(@"brk_[A-Za-z0-9_-]{40}|tkt_[A-Za-z0-9_-]{20}|\beyJ[A-Za-z0-9_-]{10,}\.|access_token=(?!REDACTED)\w|[?&]ticket=(?!REDACTED)\w|(?i:authorization: (bearer|basic) )[A-Za-z0-9+/_-]{8}")]
    private static partial Regex Pattern();
}
