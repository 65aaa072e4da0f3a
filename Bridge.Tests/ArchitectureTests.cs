using System.Reflection;
using Bridge.Contracts;
using Bridge.Server;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Diagnostics;
using Bridge.Server.Persistence;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Ready;
using Bridge.Server.Tls;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests;

/// <summary>docs/architecture.md, held against the code.</summary>
public sealed class ArchitectureTests
{
    private const string Root = "Bridge.Server";

    private static readonly Assembly Server = typeof(BridgeBuilder).Assembly;

    /// <summary>
    /// What each namespace may use, besides itself and the contracts: only what stands above it here, so that there can be no cycle.
    /// A new namespace gets its line.
    /// </summary>
    private static readonly (string Namespace, string[] MayUse)[] Layers =
    [
        ("Topics", []),
        ("Messages", ["Topics"]),
        ("Limits", []),
        ("Shutdown", ["Messages"]),
        ("Caching", ["Topics", "Messages"]),
        // Settings stand in their features; the whole of them is known here, and each feature reads its part.
        ("Configuration", ["Topics"]),
        ("Certificates", ["Configuration"]),
        ("Access", ["Topics", "Messages", "Limits", "Configuration"]),
        ("Brokers", ["Topics", "Messages", "Configuration", "Certificates"]),
        ("Pipeline", ["Topics", "Messages", "Limits", "Configuration"]),
        ("Pipeline.Plugins", ["Configuration", "Pipeline"]),
        ("Pipeline.Ready", ["Topics", "Messages", "Limits", "Configuration", "Pipeline", "Pipeline.Plugins"]),
        ("Pipeline.Scripts", ["Topics", "Messages", "Limits", "Configuration", "Pipeline"]),
        ("FanOut", ["Topics", "Messages", "Configuration", "Caching"]),
        ("Persistence", ["Topics", "Messages", "Configuration", "Caching", "FanOut"]),
        ("Publishing", ["Pipeline", "Messages", "Configuration", "Access", "Brokers", "Persistence"]),
        ("Requests", ["Pipeline", "Topics", "Messages", "Configuration", "Access", "Brokers", "FanOut", "Persistence", "Publishing"]),
        // May use everything that it observes.
        ("Diagnostics", ["Pipeline", "Messages", "Limits", "Configuration", "Access", "Brokers", "FanOut", "Persistence"]),
        ("Hubs", ["Topics", "Messages", "Configuration", "Access", "Brokers", "FanOut", "Publishing", "Requests", "Shutdown"]),
        ("Http", ["Topics", "Messages", "Configuration", "Access", "Brokers", "FanOut", "Publishing", "Requests", "Diagnostics", "Shutdown"]),
        ("Tls", ["Configuration", "Certificates"]),
        ("Hosting", ["Pipeline", "Configuration", "Access", "Brokers", "FanOut", "Diagnostics", "Shutdown"]),
        ("", ["Pipeline", "Pipeline.Ready", "Pipeline.Scripts", "Messages", "Configuration", "Access", "Brokers", "FanOut", "Persistence", "Publishing", "Requests", "Diagnostics", "Hubs", "Http", "Tls", "Hosting"]),
    ];

    /// <summary>What users of the server's assembly build on; all else may change from day to day.</summary>
    private static readonly string[] Api =
    [
        "BridgeBuilder", "BridgeSetup",
        "Access.AccessOptions", "Access.ApiKeyOptions", "Access.CertificateOptions", "Access.JwtOptions", "Access.RoleOptions", "Access.RuleOptions",
        "Brokers.BrokerOptions", "Brokers.BrokerTlsOptions", "Brokers.EmbeddedBrokerOptions",
        "Brokers.IEnhancedAuthenticationExchange", "Brokers.IEnhancedAuthenticationHandler",
        "Caching.CacheOptions", "Configuration.BridgeConfigurationException", "Configuration.BridgeOptions", "Configuration.LimitOptions",
        "Diagnostics.DiagnosticsOptions", "FanOut.FanOutOptions", "Http.CorsOptions", "Persistence.PersistenceOptions", "Persistence.HistoryOptions",
        "Pipeline.ConfiguredStepOptions", "Pipeline.PipelineOptions", "Pipeline.ScriptLimitOptions", "Pipeline.StepFailureAction", "Pipeline.StepOptions",
        "Pipeline.Ready.DeadbandOptions", "Pipeline.Ready.DecodeOptions", "Pipeline.Ready.HistoricalMetrics", "Pipeline.Ready.JsonSchemaOptions",
        "Pipeline.Ready.MissingField", "Pipeline.Ready.PayloadEncoding", "Pipeline.Ready.PickFieldOptions", "Pipeline.Ready.RateLimitOptions",
        "Pipeline.Ready.RenameOptions", "Pipeline.Ready.SparkplugOptions",
        "Shutdown.ShutdownOptions", "Tls.ServerTlsOptions",
        // The SDK makes it so, for tests that start it.
        "Program",
    ];

    [Fact]
    public void Namespaces_OfTheServer_DependOneWay()
    {
        var uses = TypeUses.Of(Server).ToList();
        var wrong =
            from use in uses
            let user = NamespaceOf(use.User)
            let used = NamespaceOf(use.Used)
            where user != used && !IsGenerated(use.User) && !IsGenerated(use.Used)
            where !Layers.Single(layer => layer.Namespace == user).MayUse.Contains(used) && !IsPartOfTheSettings(use.User, use.Used)
            select $"{use.User.FullName} must not use {use.Used.FullName}";

        wrong.Should().BeEmpty();
        uses.Should().Contain((typeof(Bridge.Server.FanOut.MessageStream), typeof(Bridge.Server.Caching.LastMessageCache)), "a field is a use");
        uses.Should().Contain((typeof(BrokerConnection), typeof(InboundMessages)), "a call is a use");
    }

    [Fact]
    public void Layers_OfTheServer_UseOnlyThoseAboveThem()
    {
        for (var i = 0; i < Layers.Length; i++)
            Layers[i].MayUse.Should().BeSubsetOf(Layers[..i].Select(layer => layer.Namespace));
        Layers.Select(layer => layer.Namespace).Should().BeEquivalentTo(
            Server.GetTypes().Where(type => !IsGenerated(type)).Select(NamespaceOf).Distinct(), "a line for each, and no line without one");
    }

    [Fact]
    public void Contracts_UseNothingOfTheServer() =>
        typeof(BridgeMessage).Assembly.GetReferencedAssemblies().Should().NotContain(name => name.Name!.StartsWith("Bridge.", StringComparison.Ordinal));

    [Fact]
    public void Types_OutsideTheApi_AreInternal() =>
        Server.GetExportedTypes().Select(type => type.FullName!.Replace($"{Root}.", "", StringComparison.Ordinal)).Should().BeEquivalentTo(Api);

    [Fact]
    public void LogEvents_OfTheServer_HaveUniqueIdsOfTheirFeature()
    {
        var events = (
            from type in Server.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
            where attribute is not null
            select (Feature: NamespaceOf(type).Split('.')[0], Id: attribute.EventId)).ToList();

        events.Should().NotBeEmpty();
        events.Select(logged => logged.Id).Should().OnlyHaveUniqueItems();
        events.Should().OnlyContain(logged => logged.Id > 0);
        events.GroupBy(logged => logged.Id / 1000).Should().OnlyContain(
            thousand => thousand.Select(logged => logged.Feature).Distinct().Count() == 1, "a thousand ids belong to one feature");
    }

    /// <summary>
    /// Whoever knows the settings knows those of every feature; and what reads them all has each feature check its own. That is the one
    /// way in which namespaces may know each other in both directions.
    /// </summary>
    private static bool IsPartOfTheSettings(Type user, Type used)
    {
        var isReader = NamespaceOf(user) == "Configuration";
        var knowsSettings = isReader || Layers.Single(layer => layer.Namespace == NamespaceOf(user)).MayUse.Contains("Configuration");
        return (knowsSettings && used.IsPublic && used.Name.EndsWith("Options", StringComparison.Ordinal))
            || (isReader && (used == typeof(BrokerOptionsValidator) || used == typeof(EmbeddedBroker) || used == typeof(AccessOptionsValidator)
                || used == typeof(ServerTlsOptionsValidator) || used == typeof(PersistenceOptionsValidator) || used == typeof(DiagnosticsOptionsValidator)
                || used == typeof(PipelineOptionsValidator) || used == typeof(ConfiguredStepOptionsValidator)));
    }

    private static string NamespaceOf(Type type) =>
        TypeUses.Outermost(type).Namespace is { } name && name.StartsWith(Root + ".", StringComparison.Ordinal) ? name[(Root.Length + 1)..] : "";

    /// <summary>What the compiler and its generators add.</summary>
    private static bool IsGenerated(Type type) =>
        TypeUses.Outermost(type) is var outer
        && (outer.Namespace?.StartsWith(Root, StringComparison.Ordinal) != true || outer.Name.StartsWith('<'))
        && outer.Name != "Program";
}
