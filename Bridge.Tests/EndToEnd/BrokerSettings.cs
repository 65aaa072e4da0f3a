using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>The configuration that links the bridge to a broker of a test.</summary>
internal static class BrokerSettings
{
    /// <summary>The settings of one broker; where it speaks TLS, with the certificates that both agree on.</summary>
    /// <param name="key">The broker key.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="more">Further settings below the broker's key, or others in place of those that this makes.</param>
    public static IEnumerable<KeyValuePair<string, string?>> Of(string key, MosquittoBroker broker, params (string Name, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?> { ["Url"] = broker.Url };
        if (broker.Url.StartsWith("mqtts", StringComparison.Ordinal))
        {
            var certificates = TestCertificates.Trusted;
            settings["Tls:CaFile"] = certificates.Ca;
            settings["Tls:CertFile"] = certificates.ClientCertificate;
            settings["Tls:KeyFile"] = certificates.ClientKey;
        }

        foreach (var (name, value) in more)
            settings[name] = value;
        return settings.Select(setting => KeyValuePair.Create($"Bridge:Brokers:{key}:{setting.Key}", setting.Value));
    }
}
