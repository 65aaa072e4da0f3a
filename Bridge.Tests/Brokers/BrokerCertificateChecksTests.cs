using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

/// <summary>Certificate files that cannot be used are told when the bridge starts, not when it connects.</summary>
public sealed class BrokerCertificateChecksTests
{
    [ToolTheory(Tool.OpenSsl)]
    [InlineData("\"CaFile\":\"ca.pem\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.key\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.enc.key\",\"KeyPassword\":\"development\"")]
    [InlineData("\"PfxFile\":\"client.pfx\",\"KeyPasswordFile\":\"client.password\"")]
    public void Check_UsableFiles_AreTaken(string tls) =>
        Loading.Load($$$"""{"Brokers":{"plant":{"Url":"mqtts://host","Tls":{{{{tls}}} } } } }""", TestCertificates.Trusted.Folder)
            .Brokers.Should().ContainKey("plant");

    [ToolTheory(Tool.OpenSsl)]
    [InlineData("\"CaFile\":\"client.password\"")]
    [InlineData("\"CaFile\":\"client.key\"")]
    [InlineData("\"CertFile\":\"client.password\",\"KeyFile\":\"client.key\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.password\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"server.key\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.enc.key\"")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.enc.key\",\"KeyPassword\":\"wrong\"")]
    [InlineData("\"PfxFile\":\"client.pfx\",\"KeyPassword\":\"wrong\"")]
    [InlineData("\"PfxFile\":\"client.pfx\"")]
    [InlineData("\"PfxFile\":\"ca.pem\",\"KeyPassword\":\"development\"")]
    public void Check_FilesThatCannotBeUsed_AreToldWithTheirPath(string tls) =>
        Loading.BrokerErrors($"\"Tls\":{{{tls}}}", TestCertificates.Trusted.Folder)
            .Should().ContainSingle().Which.Should().StartWith("Bridge:Brokers:plant:Tls: ");
}
