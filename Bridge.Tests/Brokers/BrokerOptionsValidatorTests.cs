using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

public sealed class BrokerOptionsValidatorTests
{
    private const string Here = "Bridge:Brokers:plant";

    [Theory]
    [InlineData("\"ProtocolVersion\":\"4\"", ":ProtocolVersion: must be 5 or 3.1.1, is '4'")]
    [InlineData("\"CleanStart\":false", ":ClientId: is needed where CleanStart is false: the broker keeps the session under it")]
    [InlineData("\"CleanStart\":false,\"ClientId\":\"\"", ":ClientId: is needed where CleanStart is false: the broker keeps the session under it")]
    [InlineData("\"KeepAliveSeconds\":65536", ":KeepAliveSeconds: must be between 1 and 65535, is 65536")]
    [InlineData("\"SessionExpirySeconds\":-1", ":SessionExpirySeconds: must be between 0 and 4294967295, is -1")]
    [InlineData("\"OnDemandLingerSeconds\":86401", ":OnDemandLingerSeconds: must be between 0 and 86400, is 86401")]
    [InlineData("\"ConnectTimeoutSeconds\":0", ":ConnectTimeoutSeconds: must be between 1 and 300, is 0")]
    [InlineData("\"PublishTimeoutSeconds\":301", ":PublishTimeoutSeconds: must be between 1 and 300, is 301")]
    [InlineData("\"AuthenticationMethod\":\"none\"", ":AuthenticationMethod: no handler is registered for the method 'none'")]
    [InlineData("\"AuthenticationMethod\":\"SCRAM-SHA-256\",\"ProtocolVersion\":\"3.1.1\"", ":AuthenticationMethod: needs ProtocolVersion 5")]
    [InlineData("\"ResponseTopic\":\"\"", ":ResponseTopic: A topic name must have at least one character.")]
    [InlineData("\"ResponseTopic\":\"a/+\"", ":ResponseTopic: A topic name must not contain a wildcard, and has '+' at character 3.")]
    [InlineData("\"ResponseTopic\":\"a\\u0001\"", ":ResponseTopic: the topic must not contain the character U+0001: brokers may close the connection over it")]
    [InlineData("\"ResponseTopic\":\"a\",\"ProtocolVersion\":\"3.1.1\"", ":ResponseTopic: needs ProtocolVersion 5")]
    [InlineData("\"Tls\":{\"Protocols\":[]}", ":Tls:Protocols: must list 1.2, 1.3 or both")]
    [InlineData("\"Tls\":{\"Protocols\":[\"1.2\",\"1.1\"]}", ":Tls:Protocols: must list 1.2, 1.3 or both")]
    [InlineData("\"Tls\":{\"Alpn\":[\"\"]}", ":Tls:Alpn:0: must have 1 to 255 bytes")]
    public void Check_SettingThatIsWrong_IsToldWithItsPath(string settings, string error) =>
        Loading.BrokerErrors(settings).Should().Equal(Here + error);

    [Fact]
    public void Check_TopicsThatAreNone_AreToldEach() =>
        Loading.BrokerErrors("\"Topics\":[\"a/#\",\"\",null,\"a#\",\"$share/g/a\"]")
            .Select(error => error[..error.IndexOf(": ", StringComparison.Ordinal)])
            .Should().Equal($"{Here}:Topics:1", $"{Here}:Topics:2", $"{Here}:Topics:3", $"{Here}:Topics:4");

    [Fact]
    public void Check_ResponseTopicThatWouldBeAShare_IsRefused() =>
        Loading.BrokerErrors("\"ResponseTopic\":\"$share/g/a\"").Should().ContainSingle().Which.Should().StartWith($"{Here}:ResponseTopic: ");

    [Fact]
    public void Check_AlpnOverWebSockets_IsRefused() =>
        Loading.Errors("""{"Brokers":{"plant":{"Url":"wss://host/mqtt","Tls":{"Alpn":["x-amzn-mqtt-ca"]}}}}""")
            .Should().Equal($"{Here}:Tls:Alpn: can be set for mqtts only");

    [Fact]
    public void Check_BothOfTwoThatExcludeEachOther_IsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in "abc")
            folder.Write($"{name}", "");

        Loading.BrokerErrors(
            """
            "Password":"x","PasswordFile":"a",
            "Tls":{"CertFile":"a","KeyFile":"b","PfxFile":"c","KeyPassword":"x","KeyPasswordFile":"a"}
            """, folder.Path).Should().BeEquivalentTo(
            $"{Here}:PasswordFile: set Password or PasswordFile, not both",
            $"{Here}:Tls:PfxFile: set PfxFile, or CertFile and KeyFile, not both",
            $"{Here}:Tls:KeyPasswordFile: set KeyPassword or KeyPasswordFile, not both");
    }

    [Theory]
    [InlineData("CertFile", "KeyFile")]
    [InlineData("KeyFile", "CertFile")]
    public void Check_CertificateOrKeyAlone_IsRefused(string there, string missing)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "");

        Loading.BrokerErrors($$"""
            "Tls":{"{{there}}":"a"}
            """, folder.Path).Should().Equal($"{Here}:Tls:{missing}: CertFile and KeyFile belong together");
    }

    [Fact]
    public void Check_FilesThatAreNotThere_AreToldEach()
    {
        using var folder = new TemporaryFolder();
        string[] keys = ["CaFile", "CertFile", "KeyFile", "KeyPasswordFile"];

        var errors = Loading.BrokerErrors(
            $$"""
            "PasswordFile":"none","Tls":{{{string.Join(',', keys.Select(key => $"\"{key}\":\"none\""))}}}
            """, folder.Path);

        errors.Should().BeEquivalentTo(keys.Select(key => $"{Here}:Tls:{key}: there is no file {folder.File("none")}")
            .Append($"{Here}:PasswordFile: there is no file {folder.File("none")}"));
    }
}
