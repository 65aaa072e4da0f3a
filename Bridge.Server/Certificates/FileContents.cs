namespace Bridge.Server.Certificates;

/// <summary>The bytes of files as they were at one time: what is made of them is made of what they are compared by.</summary>
internal sealed class FileContents
{
    private readonly Dictionary<string, byte[]> _files;

    private FileContents(Dictionary<string, byte[]> files) => _files = files;

    public byte[] this[string file] => _files[file];

    /// <summary>Reads files; a null among them is none.</summary>
    /// <exception cref="CertificateFileException">One of them cannot be read.</exception>
    public static FileContents Read(string contentRoot, params IEnumerable<string?> files) => CertificateFileException.Explain(() =>
        new FileContents(files.OfType<string>().Distinct().ToDictionary(
            file => file, file => File.ReadAllBytes(Path.GetFullPath(file, contentRoot)))));

    public string GetText(string file)
    {
        using var reader = new StreamReader(new MemoryStream(_files[file]));
        return reader.ReadToEnd();
    }

    /// <summary>Whether another reading of the same files found the same.</summary>
    public bool HasSameBytesAs(FileContents other) =>
        _files.Count == other._files.Count && _files.All(file => other._files[file.Key].AsSpan().SequenceEqual(file.Value));
}
