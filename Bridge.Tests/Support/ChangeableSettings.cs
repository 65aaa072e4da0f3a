using Microsoft.Extensions.Configuration;

namespace Bridge.Tests.Support;

/// <summary>Settings that can change while a program runs, as those of a file do.</summary>
internal sealed class ChangeableSettings : ConfigurationProvider, IConfigurationSource
{
    public ChangeableSettings(IEnumerable<KeyValuePair<string, string?>> settings) => Take(settings);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Has these settings from now on, and no others.</summary>
    public void Replace(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        Take(settings);
        OnReload();
    }

    private void Take(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
            data[key] = value;
        Data = data;
    }
}
