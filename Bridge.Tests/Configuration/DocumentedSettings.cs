using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Bridge.Server.Configuration;

namespace Bridge.Tests.Configuration;

/// <summary>The tables of <c>docs/configuration.md</c>, made of the options and their XML documentation.</summary>
internal static partial class DocumentedSettings
{
    private static readonly Dictionary<string, XElement> Summaries = XDocument
        .Load(Path.ChangeExtension(typeof(BridgeOptions).Assembly.Location, ".xml")).Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary") ?? new XElement("summary"));

    /// <summary>All of them, with a heading for each group.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        WriteGroup(text, typeof(BridgeOptions), BridgeOptions.Section);
        return text.ToString().Trim();
    }

    /// <summary>Each setting with its default, as the options have it.</summary>
    public static IEnumerable<Setting> All() => Groups(typeof(BridgeOptions), BridgeOptions.Section)
        .SelectMany(group => Settings(group.Type, group.Path));

    private static void WriteGroup(StringBuilder text, Type type, string path)
    {
        var written = new Dictionary<Type, string>();
        foreach (var group in Groups(type, path))
        {
            var settings = Settings(group.Type, group.Path).ToList();
            if (settings.Count == 0)
                continue;

            text.AppendLine(CultureInfo.InvariantCulture, $"### {group.Path}").AppendLine();
            if (!written.TryAdd(group.Type, group.Path))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"The settings of `{written[group.Type]}`.").AppendLine();
                continue;
            }

            text.AppendLine(Text(Summaries[$"T:{group.Type.FullName}"])).AppendLine();
            text.AppendLine("| setting | type | default | meaning |").AppendLine("| --- | --- | --- | --- |");
            foreach (var setting in settings)
                text.AppendLine(CultureInfo.InvariantCulture, $"| `{setting.Name}` | {setting.Type} | {setting.Default} | {setting.Meaning} |");
            text.AppendLine();
        }
    }

    /// <summary>The type itself and the groups below it, in the order in which they are declared.</summary>
    private static IEnumerable<(Type Type, string Path)> Groups(Type type, string path)
    {
        yield return (type, path);
        foreach (var property in type.GetProperties())
        {
            var (inner, name) = property.PropertyType switch
            {
                var many when IsDictionary(many) => (many.GenericTypeArguments[1], $"{property.Name}:KEY"),
                var many when IsList(many) => (many.GenericTypeArguments[0], $"{property.Name}:N"),
                var one => (one, property.Name),
            };
            if (!IsGroup(inner))
                continue;
            foreach (var group in Groups(inner, $"{path}:{name}"))
                yield return group;
        }
    }

    private static IEnumerable<Setting> Settings(Type type, string path)
    {
        var defaults = Activator.CreateInstance(type)!;
        return type.GetProperties()
            .Where(property => IsSetting(property.PropertyType))
            // What is inherited comes first.
            .OrderBy(property => property.DeclaringType == type)
            .Select(property => new Setting(
                path, property.Name, Describe(property.PropertyType), property.GetValue(defaults), Text(Summaries[$"P:{property.DeclaringType!.FullName}.{property.Name}"])));
    }

    private static bool IsSetting(Type type) =>
        !IsGroup(type) && !IsDictionary(type) && !(IsList(type) && IsGroup(type.GenericTypeArguments[0]));

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);

    private static bool IsDictionary(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>);

    private static bool IsGroup(Type type) => type.IsClass && type != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(type);

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "whole number"
            : type == typeof(TimeSpan) ? "time"
            : type == typeof(string) ? "text"
            : type == typeof(List<string>) ? "list of texts"
            : type == typeof(double) ? "number"
            : type.IsEnum ? EnumText.AllOf(type)
            : throw new NotSupportedException($"How is {type} described?");
    }

    private static string Text(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XText plain => plain.Value,
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } reference => $"`{reference.Attribute("cref")!.Value.Split('.')[^1]}`",
            _ => throw new NotSupportedException($"How is {node} written?"),
        }));
        return WhiteSpace().Replace(text, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}

/// <summary>One setting: a row of a table.</summary>
internal sealed record Setting(string Group, string Name, string Type, object? Value, string Meaning)
{
    public string Default => Value switch
    {
        null or "" => "–",
        bool flag => flag ? "`true`" : "`false`",
        Enum member => $"`{EnumText.Of(member)}`",
        List<string> list => $"`[{string.Join(", ", list.Select(item => $"\"{item}\""))}]`",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        var text => $"`{text}`",
    };
}
