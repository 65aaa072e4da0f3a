namespace Bridge.Server.Access;

/// <summary>An API key: a random text that a program shows. <c>dotnet run --project Bridge.Server -- key NAME</c> makes one.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The name of who has the key, and the value of <c>{user}</c> in topics. Required; each key has its own.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// <c>sha256:</c> and the SHA-256 of the key's UTF-8 bytes in 64 hexadecimal digits. Required. The key itself is stored nowhere.
    /// </summary>
    public string Hash { get; set; } = "";

    /// <summary>The name of the key's role. Required.</summary>
    public string Role { get; set; } = "";
}
