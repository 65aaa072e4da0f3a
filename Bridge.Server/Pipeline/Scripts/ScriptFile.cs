namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A file as it was when it was looked at.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it is, as configured.</param>
/// <param name="Bytes">What it holds.</param>
/// <param name="Problem">Why it cannot be read; null where it can.</param>
internal sealed record ScriptFile(string Name, string Path, byte[] Bytes, string? Problem)
{
    public bool IsSameAs(ScriptFile other) => Problem == other.Problem && Bytes.AsSpan().SequenceEqual(other.Bytes);

    /// <summary>Reads a folder's scripts, by their names. All of it, each time: links and clocks hide changes, and scripts are small.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <param name="shown">How it is shown.</param>
    public static SortedDictionary<string, ScriptFile> ReadAll(string folder, string shown)
    {
        var files = new SortedDictionary<string, ScriptFile>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
            return files;

        foreach (var file in Directory.EnumerateFiles(folder, "*.js"))
        {
            var name = System.IO.Path.GetFileName(file);
            files[name] = Read(file, name, $"{shown.TrimEnd('/')}/{name}");
        }

        return files;
    }

    private static ScriptFile Read(string file, string name, string shown)
    {
        try
        {
            return new(name, shown, File.ReadAllBytes(file), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(name, shown, [], $"it cannot be read: {exception.GetType().Name}");
        }
    }
}
