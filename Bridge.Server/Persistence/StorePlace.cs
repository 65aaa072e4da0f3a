using System.Globalization;
using Bridge.Server.Configuration;

namespace Bridge.Server.Persistence;

/// <summary>Where the file is, for this bridge alone.</summary>
internal sealed class StorePlace(string path, TimeProvider time) : IDisposable
{
    // What the system calls a file that another holds: EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    /// <summary>The file, and what SQLite puts beside it (https://www.sqlite.org/tempfiles.html).</summary>
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private FileStream? _lock;

    public string Path { get; } = path;

    /// <summary>How many bytes it has, with what SQLite puts beside it.</summary>
    public long Bytes => Suffixes.Select(suffix => new FileInfo(Path + suffix)).Sum(file => file.Exists ? file.Length : 0);

    /// <summary>Makes its folder, and keeps other bridges away.</summary>
    /// <exception cref="BridgeConfigurationException">Another has it.</exception>
    /// <exception cref="IOException">The system does not let it.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not let it.</exception>
    public void Take()
    {
        if (_lock is not null)
            return;

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        try
        {
            _lock = OpenPrivate($"{Path}.lock", FileShare.None);
            OpenPrivate(Path, FileShare.ReadWrite).Dispose();
        }
        catch (IOException exception) when (HeldByAnother.Contains(exception.HResult))
        {
            throw new BridgeConfigurationException([$"Bridge:Persistence:Path: {Path} is used by another bridge; give each a file of its own, or one of them none (\"\")"]);
        }
    }

    /// <summary>Gives the file another name, so that a new one can be made. It is never removed.</summary>
    /// <param name="kind">Why, in a word.</param>
    /// <returns>The new name.</returns>
    public string SetAside(string kind)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Path}.{kind}-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        var free = name;
        for (var i = 2; Suffixes.Any(suffix => File.Exists(free + suffix)); i++)
            free = $"{name}-{i}";
        foreach (var suffix in Suffixes.Where(suffix => File.Exists(Path + suffix)))
            File.Move(Path + suffix, free + suffix);
        return free;
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>Messages are nobody's business but the bridge's; SQLite gives the files beside it the same mode.</summary>
    private static FileStream OpenPrivate(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
