using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Diagnostics;
using Bridge.Server.FanOut;
using Bridge.Server.Persistence;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Ready;
using Bridge.Server.Shutdown;
using Bridge.Server.Tls;

namespace Bridge.Server.Configuration;

/// <summary>Reads and checks the whole configuration of the bridge.</summary>
internal static class BridgeOptionsLoader
{
    private const string AnyOrigin = "*";

    /// <summary>Reads the section <c>Bridge</c>.</summary>
    /// <exception cref="BridgeConfigurationException">Something is wrong; the exception has every mistake.</exception>
    public static BridgeOptions Load(IConfiguration configuration, IHostEnvironment environment, IReadOnlyCollection<string> authenticationMethods)
    {
        var errors = new List<string>();
        var options = new BridgeOptions();
        new OptionsReader(errors).Read(configuration.GetSection(BridgeOptions.Section), options);
        Check(options, new OptionsChecks(errors, BridgeOptions.Section, environment.ContentRootPath), authenticationMethods);
        if (!environment.IsDevelopment() && options.Access.IsUnset)
            errors.Add(AccessOptionsValidator.WhatToWrite);
        if (errors.Count > 0)
            throw new BridgeConfigurationException(errors);

        EmbeddedBroker.AddTo(options);
        return options;
    }

    private static void Check(BridgeOptions options, OptionsChecks checks, IReadOnlyCollection<string> authenticationMethods)
    {
        checks.At(nameof(options.EmbeddedBroker)).Range(nameof(EmbeddedBrokerOptions.Port), options.EmbeddedBroker.Port, 0, 65_535);
        foreach (var (key, broker) in options.Brokers)
            BrokerOptionsValidator.Check(key, broker, checks.At(nameof(options.Brokers)), authenticationMethods);
        if (options.EmbeddedBroker.Enabled && options.Brokers.ContainsKey(EmbeddedBrokerOptions.BrokerKey))
            checks.At(nameof(options.Brokers)).Fail(EmbeddedBrokerOptions.BrokerKey, "the embedded broker has this key; choose another");

        var cache = checks.At(nameof(options.Cache));
        cache.Range(nameof(options.Cache.MaxTopics), options.Cache.MaxTopics, 1, 100_000_000);
        cache.Range(nameof(options.Cache.MaxBytes), options.Cache.MaxBytes, 1024, long.MaxValue);
        cache.Range(nameof(options.Cache.RecentMessages), options.Cache.RecentMessages, 0, 10_000_000);
        cache.Range(nameof(options.Cache.RecentBytes), options.Cache.RecentBytes, 0, long.MaxValue);
        if (options.Cache.Ttl < TimeSpan.Zero)
            cache.Fail(nameof(options.Cache.Ttl), "must not be negative; 00:00:00 means for ever");

        PersistenceOptionsValidator.Check(options.Persistence, checks.At(nameof(options.Persistence)), KeysOf(options));
        CheckPipeline(options, checks.At(nameof(options.Pipeline)));
        checks.At(nameof(options.FanOut)).Range(nameof(FanOutOptions.GatherMilliseconds), options.FanOut.GatherMilliseconds, 0, 1000);
        CheckLimits(options.Limits, checks.At(nameof(options.Limits)));
        checks.At(nameof(options.Shutdown)).Range(
            nameof(ShutdownOptions.DrainSeconds), options.Shutdown.DrainSeconds, 0, ShutdownOptions.MostDrainSeconds);
        ServerTlsOptionsValidator.Check(options.Tls, checks);
        DiagnosticsOptionsValidator.Check(options.Diagnostics, checks.At(nameof(options.Diagnostics)));
        CheckOrigins(options, checks);
        CheckAccess(options, checks);
    }

    private static void CheckPipeline(BridgeOptions options, OptionsChecks checks)
    {
        PipelineOptionsValidator.Check(options.Pipeline, checks);
        foreach (var (i, step) in options.Pipeline.Steps.Index())
            ConfiguredStepOptionsValidator.Check(step, checks.At($"{nameof(options.Pipeline.Steps)}:{i}"), KeysOf(options));
    }

    private static void CheckLimits(LimitOptions limits, OptionsChecks checks)
    {
        checks.Range(nameof(limits.MaxPayloadBytes), limits.MaxPayloadBytes, 0, 268_435_455);
        checks.Range(nameof(limits.MaxTopicLevels), limits.MaxTopicLevels, 0, 65_536);
        checks.Range(nameof(limits.SubscriptionsPerConnection), limits.SubscriptionsPerConnection, 0, int.MaxValue);
        checks.Range(nameof(limits.OutboxBytes), limits.OutboxBytes, 0, int.MaxValue);
        checks.Range(nameof(limits.SendTimeoutSeconds), limits.SendTimeoutSeconds, 0, 86_400);
        checks.Range(nameof(limits.MaxUrlBytes), limits.MaxUrlBytes, 0, 262_000);
        checks.Range(nameof(limits.ConnectionsPerUser), limits.ConnectionsPerUser, 0, int.MaxValue);
        checks.Range(nameof(limits.ConnectionsPerAddress), limits.ConnectionsPerAddress, 0, int.MaxValue);
        checks.Range(nameof(limits.SubscriptionsPerUser), limits.SubscriptionsPerUser, 0, int.MaxValue);
        checks.Range(nameof(limits.SubscribesPerSecond), limits.SubscribesPerSecond, 0, 1_000_000);
        checks.Range(nameof(limits.ReadsPerSecond), limits.ReadsPerSecond, 0, 1_000_000);
        checks.Range(nameof(limits.PublishesPerSecond), limits.PublishesPerSecond, 0, 1_000_000);
        checks.Range(nameof(limits.PublishBytesPerSecond), limits.PublishBytesPerSecond, 0, 1_000_000_000);
        checks.Range(nameof(limits.RequestsPerUser), limits.RequestsPerUser, 0, int.MaxValue);
    }

    private static void CheckAccess(BridgeOptions options, OptionsChecks checks)
    {
        if (options.Access.Certificates.Count > 0 && options.Tls.ClientCaFile is null)
            checks.At(nameof(options.Access)).Fail(nameof(options.Access.Certificates), "needs Bridge:Tls:ClientCaFile: the CA whose certificates are accepted");
        AccessOptionsValidator.Check(options.Access, checks.At(nameof(options.Access)), KeysOf(options));
    }

    private static string[] KeysOf(BridgeOptions options)
    {
        string[] embedded = options.EmbeddedBroker.Enabled ? [EmbeddedBrokerOptions.BrokerKey] : [];
        return [.. options.Brokers.Keys, .. embedded];
    }

    private static void CheckOrigins(BridgeOptions options, OptionsChecks checks)
    {
        var cors = checks.At(nameof(options.Cors));
        for (var i = 0; i < options.Cors.Origins.Count; i++)
        {
            var origin = options.Cors.Origins[i];
            if (origin == AnyOrigin && !options.Cors.AllowAnyOrigin)
                cors.Fail($"Origins:{i}", "'*' lets the pages of every web site use the bridge; where that is meant, set Bridge:Cors:AllowAnyOrigin to true too");
            else if (origin != AnyOrigin && !IsOrigin(origin))
                cors.Fail($"Origins:{i}", $"'{origin}' is not an origin such as https://app.example");
        }

        if (options.Cors.AllowAnyOrigin && !options.Cors.Origins.Contains(AnyOrigin))
            cors.Fail(nameof(options.Cors.AllowAnyOrigin), "is only for \"Origins\": [\"*\"]; remove it, or set that too");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.UserInfo.Length == 0
        && text == uri.GetLeftPart(UriPartial.Authority);
}
