using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>Knows who has an API key. The keys themselves are kept nowhere.</summary>
/// <remarks>
/// A key is looked up by its hash, in a time that does depend on what is there. That tells nothing: nobody can choose a key whose hash
/// comes closer to a configured one than chance has it, and whoever knew all of a hash would still not know the key of 256 random bits.
/// </remarks>
internal sealed class ApiKeyStore(BridgeOptions options, AccessRules rules)
{
    /// <summary>Longer texts than any key are not hashed.</summary>
    private const int MaxLength = 1024;

    private readonly Dictionary<ApiKeyHash, ApiKeyHolder> _holders = options.Access.ApiKeys.ToDictionary(
        key => ApiKeyHash.TryParse(key.Hash) ?? throw new FormatException($"The API key '{key.Name}' has no hash."),
        key => new ApiKeyHolder(key.Name, rules.For(new Principal(key.Name, key.Role))));

    /// <summary>Who has the key; null: nobody.</summary>
    public ApiKeyHolder? Find(string key) =>
        key.Length is 0 or > MaxLength ? null : _holders.GetValueOrDefault(ApiKeyHash.Of(key));
}

/// <summary>Who has an API key.</summary>
internal sealed record ApiKeyHolder(string Name, Permissions Permissions);
