using System.Collections;
using System.Reflection;

namespace Bridge.Server.Configuration;

/// <summary>Compares settings by what they say.</summary>
internal static class OptionsComparison
{
    /// <summary>The paths of all settings in which two objects of the same type differ.</summary>
    public static IEnumerable<string> Differences(object? one, object? other, string path)
    {
        if (one is null || other is null || one is string || one.GetType().IsValueType)
            return Equals(one, other) ? [] : [path];
        if (one is IDictionary groups)
            return Differences(groups, (IDictionary)other, path);
        if (one is IList list)
            return Differences(list, (IList)other, path);
        return one.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .SelectMany(property => Differences(property.GetValue(one), property.GetValue(other), $"{path}:{property.Name}"));
    }

    private static IEnumerable<string> Differences(IDictionary one, IDictionary other, string path) =>
        one.Keys.Cast<object>().Union(other.Keys.Cast<object>()).SelectMany(key => Differences(one[key], other[key], $"{path}:{key}"));

    /// <summary>A list is one setting: what stands in it has no names by which to say which of it changed.</summary>
    private static string[] Differences(IList one, IList other, string path)
    {
        var isSame = one.Count == other.Count && Enumerable.Range(0, one.Count).All(i => !Differences(one[i], other[i], path).Any());
        return isSame ? [] : [path];
    }
}
