namespace Bridge.Server.Certificates;

/// <summary>A file that holds a secret.</summary>
internal static class SecretFile
{
    /// <summary>Reads the secret, without the line end that editors put behind it.</summary>
    public static string Read(string file, string contentRoot) => WithoutLineEnd(File.ReadAllText(Path.GetFullPath(file, contentRoot)));

    public static string WithoutLineEnd(string text) => text.TrimEnd('\r', '\n');
}
