namespace Bridge.Server.Access;

/// <summary>Knows who has an API key. The keys themselves are kept nowhere.</summary>
/// <remarks>
/// A key is looked up by its hash, in a time that does depend on what is there. That tells nothing: nobody can choose a key whose hash
/// comes closer to a configured one than chance has it, and whoever knew all of a hash would still not know the key of 256 random bits.
/// </remarks>
internal sealed class ApiKeyStore
{
    /// <summary>Longer texts than any key are not hashed.</summary>
    private const int MaxLength = 1024;

    private readonly Dictionary<ApiKeyHash, Identity> _holders;

    public ApiKeyStore(AccessOptions options, AccessRules rules) => _holders = options.ApiKeys.ToDictionary(HashOf, key => Holder(key, rules));

    /// <summary>Who has the key; null: nobody.</summary>
    public Identity? Find(string key) => key.Length is 0 or > MaxLength ? null : Find(ApiKeyHash.Of(key));

    /// <summary>Who has this name; null: nobody who has a key.</summary>
    public Identity? FindHolder(string name) => _holders.Values.FirstOrDefault(holder => holder.User == name);

    private Identity? Find(ApiKeyHash hash) => _holders.GetValueOrDefault(hash);

    private static Identity Holder(ApiKeyOptions key, AccessRules rules)
    {
        var hash = HashOf(key);
        return new Identity(key.Name, rules.For(new Principal(key.Name, key.Role)), snapshot => snapshot.Keys.Find(hash));
    }

    private static ApiKeyHash HashOf(ApiKeyOptions key) =>
        ApiKeyHash.TryParse(key.Hash) ?? throw new FormatException($"The API key '{key.Name}' has no hash.");
}
