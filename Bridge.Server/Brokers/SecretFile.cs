namespace Bridge.Server.Brokers;

/// <summary>A file that holds a secret.</summary>
internal static class SecretFile
{
    /// <summary>Reads the secret, without the line end that editors put behind it.</summary>
    public static string Read(string file, string contentRoot) =>
        File.ReadAllText(Path.GetFullPath(file, contentRoot)).TrimEnd('\r', '\n');
}
