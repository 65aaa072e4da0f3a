using System.Security.Cryptography;
using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access;

public sealed class AccessOptionsValidatorTests
{
    private const string Hash = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    [Theory]
    [InlineData("viewer", null)]
    [InlineData("Viewer", "Bridge:Access:Anonymous: there is no role 'Viewer'")]
    [InlineData("admin", "Bridge:Access:Anonymous: there is no role 'admin'")]
    public void Check_Anonymous_IsARole(string role, string? error) =>
        Errors($$"""{"Anonymous":"{{role}}","Roles":{"viewer":{} } }""").Should().Equal(error is null ? [] : [error]);

    [Theory]
    [InlineData($$"""{"Name":"excel","Hash":"{{Hash}}","Role":"viewer"}""")]
    [InlineData($$"""{"Name":"","Hash":"{{Hash}}","Role":"viewer"}""", ":0:Name: is needed")]
    [InlineData("""{"Name":"excel","Role":"viewer"}""", ":0:Hash: must be sha256: and 64 hexadecimal digits")]
    [InlineData("""{"Name":"excel","Hash":"sha256:2c26b4","Role":"viewer"}""", ":0:Hash: must be sha256: and 64 hexadecimal digits")]
    [InlineData("""{"Name":"excel","Hash":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","Role":"viewer"}""",
        ":0:Hash: must be sha256: and 64 hexadecimal digits")]
    [InlineData("""{"Name":"excel","Hash":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ag","Role":"viewer"}""",
        ":0:Hash: must be sha256: and 64 hexadecimal digits")]
    [InlineData($$"""{"Name":"excel","Hash":"{{Hash}}"}""", ":0:Role: is needed")]
    [InlineData($$"""{"Name":"excel","Hash":"{{Hash}}","Role":"boss"}""", ":0:Role: there is no role 'boss'")]
    [InlineData($$"""{"Name":"excel","Hash":"{{Hash}}","Role":"viewer","Key":"x"}""", ":0:Key: there is no such setting; known here: Name, Hash, Role")]
    public void Check_ApiKey_HasNameHashAndRole(string key, params string[] errors) =>
        Errors($$"""{"ApiKeys":[{{key}}],"Roles":{"viewer":{} } }""").Should().Equal(errors.Select(error => $"Bridge:Access:ApiKeys{error}"));

    [Fact]
    public void Check_SameNameOrHash_IsToldAtTheLater()
    {
        string[] keys =
        [
            $$"""{"Name":"a","Hash":"sha256:{{new string('0', 64)}}","Role":"viewer"}""",
            $$"""{"Name":"b","Hash":"{{Hash}}","Role":"viewer"}""",
            $$"""{"Name":"b","Hash":"sha256:{{new string('1', 64)}}","Role":"viewer"}""",
            $$"""{"Name":"c","Hash":"sha256:{{Hash[7..].ToUpperInvariant()}}","Role":"viewer"}""",
        ];

        Errors($$"""{"ApiKeys":[{{string.Join(',', keys)}}],"Roles":{"viewer":{} } }""").Should().Equal(
            "Bridge:Access:ApiKeys:2:Name: ApiKeys:1 is called 'b' too", "Bridge:Access:ApiKeys:3:Hash: ApiKeys:1 has this key too");
    }

    [Theory]
    [InlineData("""{"Authority":"https://login.example","Audience":"bridge"}""")]
    [InlineData("""{"Authority":"http://127.0.0.1:8080/realm","Audience":"bridge"}""")]
    [InlineData("""{"SigningKeyFile":"key.pem","Issuer":"me","Audience":"bridge"}""")]
    [InlineData("""{"Audience":"bridge"}""", "Authority: set Authority or SigningKeyFile, one of them")]
    [InlineData("""{"Authority":"https://a","SigningKeyFile":"key.pem","Issuer":"me","Audience":"bridge"}""",
        "Authority: set Authority or SigningKeyFile, one of them")]
    [InlineData("""{"Authority":"http://login.example","Audience":"bridge"}""", "Authority: 'http://login.example' is not a URL such as https://login.example")]
    [InlineData("""{"Authority":"login.example","Audience":"bridge"}""", "Authority: 'login.example' is not a URL such as https://login.example")]
    [InlineData("""{"SigningKeyFile":"key.pem","Audience":"bridge"}""", "Issuer: is needed with a SigningKeyFile")]
    [InlineData("""{"SigningKeyFile":"no.pem","Issuer":"me","Audience":"bridge"}""", "SigningKeyFile: 'no.pem' cannot be used: Could not find file *")]
    [InlineData("""{"SigningKeyFile":"private.pem","Issuer":"me","Audience":"bridge"}""", "SigningKeyFile: 'private.pem' cannot be used: it holds a private key*")]
    [InlineData("""{"Authority":"https://login.example"}""", "Audience: is needed")]
    [InlineData("""{"Authority":"https://login.example","Audience":"bridge","RoleClaim":""}""", "RoleClaim: is needed")]
    public void Check_Jwt_CanBeUsed(string jwt, params string[] errors)
    {
        using var folder = new TemporaryFolder();
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            folder.Write("key.pem", key.ExportSubjectPublicKeyInfoPem());
            folder.Write("private.pem", key.ExportECPrivateKeyPem());
        }


        var found = Errors($$"""{"Jwt":{{jwt}} }""", folder.Path);

        found.Should().HaveCount(errors.Length);
        foreach (var error in errors)
            found.Should().ContainMatch($"Bridge:Access:Jwt:{error}");
    }

    [Fact]
    public void Check_Certificates_NeedACaAndNamesOfTheirOwn()
    {
        var found = Errors("""{"Certificates":[{"Name":"a","Role":"r"},{"Name":"a","Role":"r"},{"Name":"b\n","Role":"x"}],"Roles":{"r":{}}}""");

        found.Should().BeEquivalentTo(
            "Bridge:Access:Certificates: needs Bridge:Tls:ClientCaFile: the CA whose certificates are accepted",
            "Bridge:Access:Certificates:1:Name: Certificates:0 is called 'a' too",
            "Bridge:Access:Certificates:2:Name: must have no control characters",
            "Bridge:Access:Certificates:2:Role: there is no role 'x'");
    }

    [Theory]
    [InlineData("""{"Allow":[{"Actions":["read","publish","retain","request"],"Broker":"plant","Topics":["#","a/{user}","{claim:x}"]}]}""")]
    [InlineData("""{"Deny":[{"Actions":["read"],"Broker":"embedded","Topics":["$SYS/#"]}]}""")]
    [InlineData("""{"Administrator":true}""")]
    [InlineData("""{"Administrator":true,"Allow":[{"Actions":["read"],"Broker":"*","Topics":["a"]}]}""",
        "Administrator: an administrator may do everything: there can be no Allow and no Deny")]
    [InlineData("""{"Administrator":true,"Deny":[{"Actions":["read"],"Broker":"*","Topics":["a"]}]}""",
        "Administrator: an administrator may do everything: there can be no Allow and no Deny")]
    [InlineData("""{"Allow":[{}]}""",
        "Allow:0:Actions: must list some of read, publish, retain, request",
        "Allow:0:Broker: is needed: a broker's key, or * for all",
        "Allow:0:Topics: must list at least one topic filter")]
    [InlineData("""{"Deny":[{"Actions":["read"],"Broker":"*","Topics":["a"]},{"Actions":["read","write","Read"],"Broker":"cloud","Topics":["a","a/#/b","{me}"]}]}""",
        "Deny:1:Actions:1: 'write' is none of read, publish, retain, request",
        "Deny:1:Actions:2: 'Read' is none of read, publish, retain, request",
        "Deny:1:Broker: there is no broker 'cloud'",
        "Deny:1:Topics:1: '#' must be the last character of a topic filter, and is character 3.",
        "Deny:1:Topics:2: '{' at character 1 belongs to no placeholder; there are {user} and {claim:NAME}.")]
    public void Check_Role_HasRulesThatMeanSomething(string role, params string[] errors) =>
        Errors($$"""{"Roles":{"r":{{role}} } }""").Should().Equal(errors.Select(error => $"Bridge:Access:Roles:r:{error}"));

    [Fact]
    public void Check_EmbeddedBrokerOff_IsNoBroker() =>
        Loading.Errors("""{"Access":{"Roles":{"r":{"Allow":[{"Actions":["read"],"Broker":"embedded","Topics":["#"]}]}}}}""")
            .Should().Equal("Bridge:Access:Roles:r:Allow:0:Broker: there is no broker 'embedded'");

    private static IReadOnlyList<string> Errors(string access, string? contentRoot = null)
    {
        try
        {
            Loading.Load(
                $$"""{"EmbeddedBroker":{"Enabled":true},"Brokers":{"plant":{"Url":"mqtt://h"} },"Access":{{access}} }""", contentRoot);
            return [];
        }
        catch (Bridge.Server.Configuration.BridgeConfigurationException exception)
        {
            return exception.Errors;
        }
    }
}
