using System.Text;
using System.Text.Json;

namespace Bridge.Tests.Hostile;

/// <summary>Writes members as each door takes them; whatever is wrong with the values stays wrong.</summary>
internal static class Members
{
    public static string ToJson(IEnumerable<(string Name, HostileValue Value)> members) =>
        $"{{{string.Join(',', members.Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.Json}"))}}}";

    public static string ToForm(IEnumerable<(string Name, HostileValue Value)> members) =>
        string.Join('&', members.Select(member => $"{Uri.EscapeDataString(member.Name)}={member.Value.Url}"));

    public static byte[] ToPack(IReadOnlyCollection<(string Name, HostileValue Value)> members) =>
    [
        0xDE, 0, (byte)members.Count,
        .. members.SelectMany(member => PackText(member.Name).Concat(member.Value.Pack)),
    ];

    public static byte[] PackText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [0xDA, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }
}
