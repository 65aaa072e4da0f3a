using System.Text;
using Bridge.Server.Configuration;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Bridge.Tests.Configuration;

/// <summary>Loads a configuration as it stands in a settings file.</summary>
internal static class Loading
{
    public static BridgeOptions Load(string bridge, string? contentRoot = null) =>
        BridgeOptionsLoader.Load(Json($$"""{"Bridge":{{bridge}}}"""), new TestEnvironment(contentRoot ?? AppContext.BaseDirectory), ["SCRAM-SHA-256"]);

    public static IReadOnlyList<string> Errors(string bridge, string? contentRoot = null)
    {
        var act = () => Load(bridge, contentRoot);
        return act.Should().Throw<BridgeConfigurationException>().Which.Errors;
    }

    /// <summary>The errors of one broker's settings, beside a URL that is right.</summary>
    public static IReadOnlyList<string> BrokerErrors(string settings, string? contentRoot = null) =>
        Errors($$"""{"Brokers":{"plant":{"Url":"mqtts://host",{{settings}} } } }""", contentRoot);

    public static IConfigurationRoot Json(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
