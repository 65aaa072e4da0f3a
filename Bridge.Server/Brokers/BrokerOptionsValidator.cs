using System.Text;
using System.Text.RegularExpressions;
using Bridge.Server.Certificates;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Brokers;

/// <summary>Finds what is wrong with one broker's options.</summary>
internal static partial class BrokerOptionsValidator
{
    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex BrokerKeyPattern { get; }

    public static void Check(string key, BrokerOptions options, OptionsChecks brokers, IReadOnlyCollection<string> authenticationMethods)
    {
        if (!BrokerKeyPattern.IsMatch(key))
            brokers.Fail(key, "a broker key has 1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'");

        var checks = brokers.At(key);
        CheckUrl(options, checks);
        CheckSession(options, checks);
        CheckCredentials(options, checks, authenticationMethods);
        CheckTopics(options, checks);
        var failures = checks.Failures;
        CheckTls(options.Tls, checks.At(nameof(options.Tls)));
        if (checks.Failures == failures)
            CheckCertificates(options.Tls, checks);
    }

    private static void CheckUrl(BrokerOptions options, OptionsChecks checks)
    {
        if (BrokerUrl.TryParse(options.Url, out var problem) is not { } url)
            checks.Fail(nameof(options.Url), problem!);
        else if (url.IsWebSocket && options.Tls.Alpn.Count > 0)
            checks.Fail($"{nameof(options.Tls)}:{nameof(options.Tls.Alpn)}", "can be set for mqtts only");
    }

    private static void CheckSession(BrokerOptions options, OptionsChecks checks)
    {
        if (options.ProtocolVersion is not ("5" or "3.1.1"))
            checks.Fail(nameof(options.ProtocolVersion), $"must be 5 or 3.1.1, is '{options.ProtocolVersion}'");
        if (!options.CleanStart && string.IsNullOrEmpty(options.ClientId))
            checks.Fail(nameof(options.ClientId), "is needed where CleanStart is false: the broker keeps the session under it");
        checks.Range(nameof(options.KeepAliveSeconds), options.KeepAliveSeconds, 1, 65_535);
        checks.Range(nameof(options.SessionExpirySeconds), options.SessionExpirySeconds, 0, uint.MaxValue);
        checks.Range(nameof(options.OnDemandLingerSeconds), options.OnDemandLingerSeconds, 0, 86_400);
        checks.Range(nameof(options.ConnectTimeoutSeconds), options.ConnectTimeoutSeconds, 1, 300);
        checks.Range(nameof(options.PublishTimeoutSeconds), options.PublishTimeoutSeconds, 1, 300);
    }

    private static void CheckCredentials(BrokerOptions options, OptionsChecks checks, IReadOnlyCollection<string> authenticationMethods)
    {
        if (options.Password is not null && options.PasswordFile is not null)
            checks.Fail(nameof(options.PasswordFile), "set Password or PasswordFile, not both");
        checks.FileExists(nameof(options.PasswordFile), options.PasswordFile);
        if (options.AuthenticationMethod is not { } method)
            return;

        if (options.ProtocolVersion != "5")
            checks.Fail(nameof(options.AuthenticationMethod), "needs ProtocolVersion 5");
        if (!authenticationMethods.Contains(method))
            checks.Fail(nameof(options.AuthenticationMethod), $"no handler is registered for the method '{method}'");
    }

    private static void CheckTopics(BrokerOptions options, OptionsChecks checks)
    {
        for (var i = 0; i < (options.Topics?.Count ?? 0); i++)
        {
            if (TopicFilter.TryParse(options.Topics![i], out var problem) is null)
                checks.Fail($"{nameof(options.Topics)}:{i}", problem!);
        }

        if (options.ResponseTopic is not { } responseTopic)
            return;

        if (options.ProtocolVersion != "5")
            checks.Fail(nameof(options.ResponseTopic), "needs ProtocolVersion 5");
        if (FindProblem(responseTopic) is { } responseProblem)
            checks.Fail(nameof(options.ResponseTopic), responseProblem);
    }

    /// <summary>It is published as a name, and subscribed to as a filter.</summary>
    private static string? FindProblem(string responseTopic)
    {
        if (TopicName.Check(responseTopic) is { } problem)
            return problem;
        if (MqttText.FindProblem(responseTopic) is { } textProblem)
            return $"the topic {textProblem}";

        TopicFilter.TryParse(responseTopic, out var filterProblem);
        return filterProblem;
    }

    private static void CheckTls(BrokerTlsOptions tls, OptionsChecks checks)
    {
        checks.FileExists(nameof(tls.CaFile), tls.CaFile);
        CertificateChecks.CheckFiles(tls, checks);
        CertificateChecks.CheckVersions(tls.Protocols, nameof(tls.Protocols), checks);
        for (var i = 0; i < tls.Alpn.Count; i++)
        {
            if (Encoding.UTF8.GetByteCount(tls.Alpn[i]) is 0 or > 255)
                checks.Fail($"{nameof(tls.Alpn)}:{i}", "must have 1 to 255 bytes");
        }
    }

    /// <summary>The files are there; whether they can be used shows when they are.</summary>
    private static void CheckCertificates(BrokerTlsOptions tls, OptionsChecks checks)
    {
        try
        {
            BrokerTls.Load(tls, checks.ContentRoot);
        }
        catch (BrokerLinkException exception)
        {
            checks.Fail(nameof(BrokerOptions.Tls), exception.Message);
        }
    }
}
