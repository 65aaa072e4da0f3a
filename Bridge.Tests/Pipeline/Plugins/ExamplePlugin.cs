using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Plugins;

/// <summary>A folder of plugins with the sample in it, as it was built.</summary>
internal sealed class ExamplePlugin : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ExamplePlugin()
    {
        var target = Directory.CreateDirectory(_folder.File("ExampleSteps")).FullName;
        var built = Path.GetDirectoryName(Repository.AssemblyOf("samples/ExampleSteps", "ExampleSteps"))!;
        foreach (var file in Directory.EnumerateFiles(built))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }

    public TemporaryFolder Folder => _folder;

    /// <summary>The settings that have it loaded.</summary>
    public (string Key, string? Value) Setting => ("Plugins", _folder.Path);

    public void Dispose() => _folder.Dispose();
}
