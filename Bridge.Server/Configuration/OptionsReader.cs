using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Bridge.Server.Configuration;

/// <summary>
/// Reads a section of the configuration into options. Unlike the framework's binder it finds every mistake in one pass (unknown
/// keys, values of the wrong type), each with its key's path, and a configured list replaces the default one.
/// </summary>
internal sealed class OptionsReader(List<string> errors)
{
    public void Read(IConfiguration section, object options)
    {
        var properties = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
                errors.Add($"{child.Path}: there is no such setting; known here: {string.Join(", ", properties.Keys)}");
            else if (!IsUnset(child) && ReadValue(child, property.PropertyType, property.GetValue(options)) is { } value)
                property.SetValue(options, value);
        }
    }

    /// <summary>JSON's null and {} reach us alike. A group that is absent by default stays so.</summary>
    private static bool IsUnset(IConfigurationSection section) => section.Value is null && !section.GetChildren().Any();

    /// <returns>The value, or null where there is none, or where an error was noted.</returns>
    private object? ReadValue(IConfigurationSection section, Type type, object? current)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
            return ReadList(section, type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            return ReadDictionary(section, type.GenericTypeArguments[1], (IDictionary)current!);
        if (type.IsClass && type != typeof(string))
            return ReadObject(section, current ?? Activator.CreateInstance(type)!);
        if (section.GetChildren().Any())
            return Wrong(section, "one value", "a group of settings");
        return section.Value is { } text ? ReadScalar(section, type, text) : null;
    }

    private object? ReadObject(IConfigurationSection section, object options)
    {
        if (!string.IsNullOrEmpty(section.Value))
            return Wrong(section, "a group of settings", $"'{section.Value}'");

        Read(section, options);
        return options;
    }

    private object? ReadList(IConfigurationSection section, Type type)
    {
        // JSON's [] reaches us as an empty string.
        if (!string.IsNullOrEmpty(section.Value))
            return Wrong(section, "a list", $"'{section.Value}'");

        var list = (IList)Activator.CreateInstance(type)!;
        foreach (var child in section.GetChildren())
        {
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return Wrong(section, "a list", "a group of settings");
            ReadItem(child, type.GenericTypeArguments[0], list);
        }

        return list;
    }

    private void ReadItem(IConfigurationSection section, Type type, IList list)
    {
        if (type != typeof(string))
        {
            // Also one that cannot be read: mistakes in those behind it are told with their own numbers.
            var item = Activator.CreateInstance(type)!;
            ReadObject(section, item);
            list.Add(item);
        }
        else if (section.GetChildren().Any())
            Wrong(section, "one value", "a group of settings");
        else
            list.Add(section.Value ?? "");
    }

    private object? ReadDictionary(IConfigurationSection section, Type valueType, IDictionary dictionary)
    {
        if (!string.IsNullOrEmpty(section.Value))
            return Wrong(section, "a group of settings", $"'{section.Value}'");

        foreach (var child in section.GetChildren())
        {
            if (ReadValue(child, valueType, dictionary[child.Key]) is { } value)
                dictionary[child.Key] = value;
        }

        return dictionary;
    }

    private object? ReadScalar(IConfigurationSection section, Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : Wrong(section, "true or false", $"'{text}'");
        if (type == typeof(TimeSpan))
            // Not every text that the framework takes: to it 3600 is so many days, and 24:00:00 is 24 of them.
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && (time == TimeSpan.Zero || text.Contains(':'))
                ? time
                : Wrong(section, "a time such as 00:30:00 or 1.00:00:00", $"'{text}'");
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : Wrong(section, "a whole number", $"'{text}'");
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)
                ? large
                : Wrong(section, "a whole number", $"'{text}'");
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
                ? real
                : Wrong(section, "a number such as 2.5", $"'{text}'");
        if (type.IsEnum)
            return Enum.TryParse(type, text, ignoreCase: true, out var member) && Enum.IsDefined(type, member)
                ? member
                : Wrong(section, "one of " + EnumText.AllOf(type), $"'{text}'");
        throw new NotSupportedException($"Options of type {type} cannot be read.");
    }

    private object? Wrong(IConfigurationSection section, string expected, string found)
    {
        errors.Add($"{section.Path}: expected {expected}, found {found}");
        return null;
    }
}
