using Bridge.Server.Configuration;

namespace Bridge.Server.Certificates;

/// <summary>Finds what is wrong with settings of TLS that brokers and the bridge's own server have in common.</summary>
internal static class CertificateChecks
{
    public static void CheckFiles(ICertificateFiles options, OptionsChecks checks)
    {
        checks.FileExists(nameof(options.CertFile), options.CertFile);
        checks.FileExists(nameof(options.KeyFile), options.KeyFile);
        checks.FileExists(nameof(options.PfxFile), options.PfxFile);
        checks.FileExists(nameof(options.KeyPasswordFile), options.KeyPasswordFile);
        if (options.CertFile is null != options.KeyFile is null)
            checks.Fail(options.CertFile is null ? nameof(options.CertFile) : nameof(options.KeyFile), "CertFile and KeyFile belong together");
        if (options.PfxFile is not null && options.CertFile is not null)
            checks.Fail(nameof(options.PfxFile), "set PfxFile, or CertFile and KeyFile, not both");
        if (options.KeyPassword is not null && options.KeyPasswordFile is not null)
            checks.Fail(nameof(options.KeyPasswordFile), "set KeyPassword or KeyPasswordFile, not both");
    }

    public static void CheckVersions(List<string> versions, string key, OptionsChecks checks)
    {
        if (versions.Count == 0 || !versions.All(TlsVersions.IsKnown))
            checks.Fail(key, "must list 1.2, 1.3 or both");
    }
}
