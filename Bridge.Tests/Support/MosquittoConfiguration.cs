using System.Text;

namespace Bridge.Tests.Support;

/// <summary>Writes mosquitto.conf and the files it names.</summary>
internal static class MosquittoConfiguration
{
    public static async Task<string> WriteAsync(TemporaryFolder folder, MosquittoOptions options, int port, int? webSocketPort)
    {
        var text = new StringBuilder()
            // Standard output is buffered when it is no terminal.
            .AppendLine("log_dest stderr")
            .AppendLine("log_type error").AppendLine("log_type warning").AppendLine("log_type notice")
            .AppendLine("log_type information").AppendLine("log_type subscribe").AppendLine("log_type unsubscribe")
            .AppendLine(options.Users is null ? "allow_anonymous true" : "allow_anonymous false");
        // As root it would otherwise become the user mosquitto, who cannot read the keys.
        if (Environment.IsPrivilegedProcess)
            text.AppendLine("user root");
        if (options.Users is not null)
            text.AppendLine($"password_file {await WritePasswordsAsync(folder, options.Users)}");
        if (options.Acl is not null)
            text.AppendLine($"acl_file {WriteSecret(folder, "acl", options.Acl)}");
        if (options.Persistent)
            text.AppendLine("persistence true").AppendLine($"persistence_location {folder.Path}/");
        text.AppendLine(options.ExtraConfiguration);
        AppendListener(text, options, port);
        if (webSocketPort is { } second)
        {
            AppendListener(text, options, second);
            text.AppendLine("protocol websockets");
        }

        return folder.Write("mosquitto.conf", text.ToString());
    }

    private static void AppendListener(StringBuilder text, MosquittoOptions options, int port)
    {
        text.AppendLine($"listener {port} 127.0.0.1");
        if (!options.Tls)
            return;
        var certificates = options.Certificates();
        text.AppendLine($"cafile {options.ClientCa ?? certificates.Ca}")
            .AppendLine($"certfile {certificates.ServerCertificate}")
            .AppendLine($"keyfile {certificates.ServerKey}")
            .AppendLine($"require_certificate {(options.RequireClientCertificate ? "true" : "false")}");
    }

    private static async Task<string> WritePasswordsAsync(TemporaryFolder folder, IReadOnlyDictionary<string, string> users)
    {
        foreach (var password in users.Values)
            Secrets.Add(password);
        var lines = users.Select(user => $"{user.Key}:{user.Value}\n");
        var file = WriteSecret(folder, "passwords", string.Concat(lines));
        var hashing = await ProcessRun.RunAsync(Tools.MosquittoPasswd, ["-U", file]);
        hashing.EnsureSuccess();
        return file;
    }

    // Newer versions of mosquitto complain of such files when others may read them.
    private static string WriteSecret(TemporaryFolder folder, string name, string content)
    {
        var file = folder.Write(name, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
