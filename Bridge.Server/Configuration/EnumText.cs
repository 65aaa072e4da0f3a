using Bridge.Contracts;

namespace Bridge.Server.Configuration;

/// <summary>How settings of several choices are written: by their names, and the quality of service by its number, as MQTT has it.</summary>
internal static class EnumText
{
    public static string Of(Enum member) =>
        member is QualityOfService ? member.ToString("D") : Camel(member.ToString());

    public static string AllOf(Type type) => string.Join(", ", Enum.GetValues(type).Cast<Enum>().Select(Of));

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
