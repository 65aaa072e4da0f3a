using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>Finds what is wrong with the access options.</summary>
internal static class AccessOptionsValidator
{
    public static void Check(AccessOptions options, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        if (options.AllowsAnonymous)
            CheckRole(options, checks, nameof(options.Anonymous), options.Anonymous!);
        for (var i = 0; i < options.ApiKeys.Count; i++)
            CheckKey(options, i, checks.At($"{nameof(options.ApiKeys)}:{i}"));
        if (options.Jwt is { } jwt)
            CheckJwt(jwt, checks.At(nameof(options.Jwt)));
        foreach (var (name, role) in options.Roles)
            RoleOptionsValidator.Check(role, checks.At($"{nameof(options.Roles)}:{name}"), brokerKeys);
    }

    private static void CheckKey(AccessOptions options, int index, OptionsChecks checks)
    {
        var key = options.ApiKeys[index];
        var before = options.ApiKeys.Take(index).ToList();
        if (key.Name.Length == 0)
            checks.Fail(nameof(key.Name), "is needed");
        else if (before.FindIndex(other => other.Name == key.Name) is >= 0 and var named)
            checks.Fail(nameof(key.Name), $"ApiKeys:{named} is called '{key.Name}' too");

        if (ApiKeyHash.TryParse(key.Hash) is not { } hash)
            checks.Fail(nameof(key.Hash), $"must be {ApiKeyHash.Prefix} and 64 hexadecimal digits");
        else if (before.FindIndex(other => ApiKeyHash.TryParse(other.Hash) == hash) is >= 0 and var same)
            checks.Fail(nameof(key.Hash), $"ApiKeys:{same} has this key too");

        CheckRole(options, checks, nameof(key.Role), key.Role);
    }

    private static void CheckRole(AccessOptions options, OptionsChecks checks, string key, string role)
    {
        if (role.Length == 0)
            checks.Fail(key, "is needed");
        else if (!options.Roles.ContainsKey(role))
            checks.Fail(key, $"there is no role '{role}'");
    }

    private static void CheckJwt(JwtOptions jwt, OptionsChecks checks)
    {
        if (string.IsNullOrEmpty(jwt.Authority) == string.IsNullOrEmpty(jwt.SigningKeyFile))
            checks.Fail(nameof(jwt.Authority), "set Authority or SigningKeyFile, one of them");
        if (!string.IsNullOrEmpty(jwt.Authority) && !IsAuthority(jwt.Authority))
            checks.Fail(nameof(jwt.Authority), $"'{jwt.Authority}' is not a URL such as https://login.example");
        if (!string.IsNullOrEmpty(jwt.SigningKeyFile))
            checks.FileExists(nameof(jwt.SigningKeyFile), jwt.SigningKeyFile);
        if (!string.IsNullOrEmpty(jwt.SigningKeyFile) && string.IsNullOrEmpty(jwt.Issuer))
            checks.Fail(nameof(jwt.Issuer), "is needed with a SigningKeyFile");
        if (jwt.Audience.Length == 0)
            checks.Fail(nameof(jwt.Audience), "is needed");
        if (jwt.RoleClaim.Length == 0)
            checks.Fail(nameof(jwt.RoleClaim), "is needed");
    }

    /// <summary>Whoever could change the keys on their way could make tokens.</summary>
    private static bool IsAuthority(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback));
}
