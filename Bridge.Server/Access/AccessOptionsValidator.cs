using System.Security.Cryptography;
using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>Finds what is wrong with the access options.</summary>
internal static class AccessOptionsValidator
{
    /// <summary>What is told where nobody may do anything yet.</summary>
    public const string WhatToWrite =
        """
        Bridge:Access: outside Development the bridge starts only with rules who may do what. For a key that may do everything, run "dotnet run --project Bridge.Server -- key me --role admin" (or "Bridge.Server key me --role admin") and put the line that it shows beside the role: "Access": { "ApiKeys": [ LINE ], "Roles": { "admin": { "Administrator": true } } }. To let everybody do everything: "Access": { "Anonymous": "everybody", "Roles": { "everybody": { "Administrator": true } } }.
        """;

    public static void Check(AccessOptions options, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        if (options.AllowsAnonymous)
            CheckRole(options, checks, nameof(options.Anonymous), options.Anonymous!);
        for (var i = 0; i < options.ApiKeys.Count; i++)
            CheckKey(options, i, checks.At($"{nameof(options.ApiKeys)}:{i}"));
        for (var i = 0; i < options.Certificates.Count; i++)
            CheckCertificate(options, i, checks.At($"{nameof(options.Certificates)}:{i}"));
        if (options.Jwt is { } jwt)
            CheckJwt(jwt, checks.At(nameof(options.Jwt)));
        foreach (var (name, role) in options.Roles)
            RoleOptionsValidator.Check(role, checks.At($"{nameof(options.Roles)}:{name}"), brokerKeys);
    }

    private static void CheckKey(AccessOptions options, int index, OptionsChecks checks)
    {
        var key = options.ApiKeys[index];
        var before = options.ApiKeys.Take(index).ToList();
        CheckName(key.Name, before.FindIndex(other => other.Name == key.Name), checks, nameof(options.ApiKeys));

        if (ApiKeyHash.TryParse(key.Hash) is not { } hash)
            checks.Fail(nameof(key.Hash), $"must be {ApiKeyHash.Prefix} and 64 hexadecimal digits");
        else if (before.FindIndex(other => ApiKeyHash.TryParse(other.Hash) == hash) is >= 0 and var same)
            checks.Fail(nameof(key.Hash), $"ApiKeys:{same} has this key too");

        CheckRole(options, checks, nameof(key.Role), key.Role);
    }

    private static void CheckCertificate(AccessOptions options, int index, OptionsChecks checks)
    {
        var certificate = options.Certificates[index];
        var before = options.Certificates.FindIndex(0, index, other => other.Name == certificate.Name);
        CheckName(certificate.Name, before, checks, nameof(options.Certificates));
        CheckRole(options, checks, nameof(certificate.Role), certificate.Role);
    }

    /// <param name="name">The name.</param>
    /// <param name="before">Where it stands already; -1: nowhere.</param>
    /// <param name="checks">Gets what is wrong.</param>
    /// <param name="list">The list.</param>
    private static void CheckName(string name, int before, OptionsChecks checks, string list)
    {
        if (name.Length == 0)
            checks.Fail("Name", "is needed");
        else if (UserName.FindProblem(name) is { } problem)
            checks.Fail("Name", problem);
        else if (before >= 0)
            checks.Fail("Name", $"{list}:{before} is called '{name}' too");
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
            CheckKeyFile(jwt.SigningKeyFile, checks);
        if (!string.IsNullOrEmpty(jwt.SigningKeyFile) && string.IsNullOrEmpty(jwt.Issuer))
            checks.Fail(nameof(jwt.Issuer), "is needed with a SigningKeyFile");
        if (jwt.Audience.Length == 0)
            checks.Fail(nameof(jwt.Audience), "is needed");
        if (jwt.UserClaim.Length == 0)
            checks.Fail(nameof(jwt.UserClaim), "is needed");
        if (jwt.RoleClaim.Length == 0)
            checks.Fail(nameof(jwt.RoleClaim), "is needed");
    }

    private static void CheckKeyFile(string file, OptionsChecks checks)
    {
        try
        {
            JwtKey.Parse(File.ReadAllText(Path.GetFullPath(file, checks.ContentRoot)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            checks.Fail(nameof(JwtOptions.SigningKeyFile), $"'{file}' cannot be used: {exception.Message}");
        }
    }

    /// <summary>Whoever could change the keys on their way could make tokens.</summary>
    private static bool IsAuthority(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback));
}
