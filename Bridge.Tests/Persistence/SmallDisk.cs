using System.Globalization;
using Bridge.Tests.Support;

namespace Bridge.Tests.Persistence;

/// <summary>A disk of a few megabytes, in memory.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Ballast => File("ballast");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");
        (await ProcessRun.RunAsync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", disk._folder.Path])).EnsureSuccess();
        return disk;
    }

    public string File(string name) => _folder.File(name);

    /// <summary>Leaves no room on it.</summary>
    public void Fill()
    {
        using var ballast = System.IO.File.Create(Ballast, bufferSize: 1);
        var block = new byte[4096];
        try
        {
            while (true)
                ballast.Write(block);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void MakeRoom() => System.IO.File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        (await ProcessRun.RunAsync("umount", [_folder.Path])).EnsureSuccess();
        _folder.Dispose();
    }
}
