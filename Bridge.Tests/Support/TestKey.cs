using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Tests.Support;

/// <summary>A random API key.</summary>
internal sealed class TestKey
{
    public TestKey(string name, string role)
    {
        (Name, Role) = (name, role);
        Text = $"brk_{Convert.ToHexString(RandomNumberGenerator.GetBytes(32))}";
        Secrets.Add(Text);
    }

    public string Name { get; }

    public string Role { get; }

    public string Text { get; }

    /// <summary>Its settings, in some place of the list.</summary>
    public (string Key, string? Value)[] Settings(int index)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"Bridge:Access:ApiKeys:{index}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
        return [($"{path}:Name", Name), ($"{path}:Hash", $"sha256:{hash}"), ($"{path}:Role", Role)];
    }
}
