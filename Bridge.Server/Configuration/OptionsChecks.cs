using System.Globalization;

namespace Bridge.Server.Configuration;

/// <summary>Notes what is wrong with a group of options, under its key's path.</summary>
internal readonly struct OptionsChecks(List<string> errors, string path, string contentRoot)
{
    /// <summary>Relative paths are relative to it.</summary>
    public string ContentRoot => contentRoot;

    /// <summary>How many mistakes were found so far, anywhere.</summary>
    public int Failures => errors.Count;

    public OptionsChecks At(string key) => new(errors, $"{path}:{key}", contentRoot);

    public void Fail(string key, string problem) => errors.Add($"{path}:{key}: {problem}");

    public void Range(string key, long value, long least, long most)
    {
        if (value < least || value > most)
            Fail(key, $"must be between {least} and {most}, is {value}");
    }

    public void Range(string key, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            Fail(key, string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}, is {value}"));
    }

    public void FileExists(string key, string? file)
    {
        if (file is null)
            return;

        var full = Path.GetFullPath(file, contentRoot);
        if (!File.Exists(full))
            Fail(key, $"there is no file {full}");
    }
}
