using Bridge.Tests.Support;

namespace Bridge.Tests.Configuration;

public sealed class BridgeOptionsLoaderTests
{
    [Fact]
    public void Load_ManyMistakes_TellsThemAllAtOnce()
    {
        var errors = Loading.Errors("""
            {
              "Unknown": 1,
              "EmbeddedBroker": { "Enabled": true, "Port": 70000 },
              "Brokers": {
                "embedded": { "Url": "mqtt://host" },
                "in valid": { "Url": "mqtt://host" },
                "plant": { "Url": "", "KeepAliveSeconds": 0, "Topics": ["a/#/b"], "Tls": { "CaFile": "none.pem", "Protocols": ["1.1"] } }
              },
              "Cache": { "MaxTopics": 0, "MaxBytes": "much", "Ttl": "-00:00:01" },
              "Cors": { "Origins": ["*"] },
              "Limits": { "MaxPayloadBytes": -1, "MaxTopicLevels": 65537, "SubscriptionsPerConnection": -1, "OutboxBytes": -1,
                "MaxUrlBytes": 262001, "ConnectionsPerUser": -1, "ConnectionsPerAddress": -1, "SubscriptionsPerUser": -1, "SubscribesPerSecond": -1,
                "ReadsPerSecond": -1, "PublishesPerSecond": 1000001, "PublishBytesPerSecond": -1, "RequestsPerUser": -1 }
            }
            """);

        errors.Select(error => error[..error.IndexOf(": ", StringComparison.Ordinal)]).Should().BeEquivalentTo(
            "Bridge:Unknown",
            "Bridge:EmbeddedBroker:Port",
            "Bridge:Brokers:embedded",
            "Bridge:Brokers:in valid",
            "Bridge:Brokers:plant:Url",
            "Bridge:Brokers:plant:KeepAliveSeconds",
            "Bridge:Brokers:plant:Topics:0",
            "Bridge:Brokers:plant:Tls:CaFile",
            "Bridge:Brokers:plant:Tls:Protocols",
            "Bridge:Cache:MaxTopics",
            "Bridge:Cache:MaxBytes",
            "Bridge:Cache:Ttl",
            "Bridge:Cors:Origins:0",
            "Bridge:Limits:MaxPayloadBytes",
            "Bridge:Limits:MaxTopicLevels",
            "Bridge:Limits:SubscriptionsPerConnection",
            "Bridge:Limits:OutboxBytes",
            "Bridge:Limits:MaxUrlBytes",
            "Bridge:Limits:ConnectionsPerUser",
            "Bridge:Limits:ConnectionsPerAddress",
            "Bridge:Limits:SubscriptionsPerUser",
            "Bridge:Limits:SubscribesPerSecond",
            "Bridge:Limits:ReadsPerSecond",
            "Bridge:Limits:PublishesPerSecond",
            "Bridge:Limits:PublishBytesPerSecond",
            "Bridge:Limits:RequestsPerUser");
    }

    [Fact]
    public void Load_SmallestAndLargest_AreTaken()
    {
        var least = Loading.Load("""
            {"Cache":{"MaxTopics":1,"MaxBytes":1024,"Ttl":0},
             "Limits":{"MaxPayloadBytes":0,"MaxTopicLevels":0,"SubscriptionsPerConnection":0,"OutboxBytes":0}}
            """);
        var most = Loading.Load("""
            {"Cache":{"MaxTopics":100000000,"MaxBytes":9223372036854775807},
             "Limits":{"MaxPayloadBytes":268435455,"MaxTopicLevels":65536,"SubscriptionsPerConnection":2147483647,"OutboxBytes":2147483647}}
            """);

        (least.Cache.MaxTopics, least.Limits.OutboxBytes).Should().Be((1, 0));
        (most.Cache.MaxTopics, most.Limits.OutboxBytes).Should().Be((100_000_000, int.MaxValue));
    }

    [Theory]
    [InlineData("https://app.example")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://[::1]:3000")]
    public void Load_Origin_IsTaken(string origin) =>
        Loading.Load($$"""{"Cors":{"Origins":["{{origin}}"]} }""").Cors.Origins.Should().Equal(origin);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/path")]
    [InlineData("https://App.example")]
    [InlineData("https://app.example:443")]
    [InlineData("https://user@app.example")]
    [InlineData("ws://app.example")]
    [InlineData("file:///etc")]
    public void Load_NoOriginAsBrowsersSendIt_IsRefused(string origin) =>
        Loading.Errors($$"""{"Cors":{"Origins":["https://a.example","{{origin}}"]} }""")
            .Should().Equal($"Bridge:Cors:Origins:1: '{origin}' is not an origin such as https://app.example");

    [Theory]
    [InlineData("""{"Origins":["https://a.example","*"]}""", "Bridge:Cors:Origins:1: '*' lets the pages of every web site use the bridge; where that is meant, set Bridge:Cors:AllowAnyOrigin to true too")]
    [InlineData("""{"AllowAnyOrigin":true}""", """Bridge:Cors:AllowAnyOrigin: is only for "Origins": ["*"]; remove it, or set that too""")]
    [InlineData("""{"Origins":["https://a.example"],"AllowAnyOrigin":true}""", """Bridge:Cors:AllowAnyOrigin: is only for "Origins": ["*"]; remove it, or set that too""")]
    public void Load_AnyOriginInOnlyOneOfItsSettings_IsRefused(string cors, string error) =>
        Loading.Errors($$"""{"Cors":{{cors}}}""").Should().Equal(error);

    [Theory]
    [InlineData("a")]
    [InlineData("A-z_0.9")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Load_BrokerKey_IsTaken(string key) =>
        Loading.Load($$"""{"Brokers":{"{{key}}":{"Url":"mqtt://host"} } }""").Brokers.Should().ContainKey(key);

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("a\\n")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Load_BrokerKeyThatIsNone_IsRefused(string key) =>
        Loading.Errors($$"""{"Brokers":{"{{key}}":{"Url":"mqtt://host"} } }""")
            .Should().ContainSingle().Which.Should().Contain("a broker key has 1 to 64 characters");

    [Fact]
    public void Load_RelativePath_IsRelativeToTheContentRoot()
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret", "x");

        Loading.Load("""{"Brokers":{"plant":{"Url":"mqtt://host","PasswordFile":"secret"}}}""", folder.Path)
            .Brokers["plant"].PasswordFile.Should().Be("secret");
        Loading.BrokerErrors("\"PasswordFile\":\"other\"", folder.Path)
            .Should().Equal($"Bridge:Brokers:plant:PasswordFile: there is no file {folder.File("other")}");
    }

    [Fact]
    public void Load_EmbeddedBrokerOff_IsNoBroker() =>
        Loading.Load("""{"EmbeddedBroker":{"Enabled":false},"Brokers":{"embedded":{"Url":"mqtt://host"}}}""")
            .Brokers["embedded"].Url.Should().Be("mqtt://host");
}
