using Bridge.Server.Tls;
using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Tls;

public sealed class ServerTlsOptionsValidatorTests
{
    [ToolTheory(Tool.OpenSsl)]
    [InlineData("")]
    [InlineData("\"CertFile\":\"server.crt\",\"KeyFile\":\"server.key\",\"ClientCaFile\":\"ca.pem\",\"Protocols\":[\"1.3\"]")]
    [InlineData("\"ClientCaFile\":\"ca.pem\"")]
    public void Check_UsableFiles_AreTaken(string tls) =>
        Load(tls).Should().BeOfType<ServerTlsOptions>().Which.HasCertificate.Should().Be(tls.Contains("server.crt", StringComparison.Ordinal));

    [ToolTheory(Tool.OpenSsl)]
    [InlineData("\"CertFile\":\"client.password\",\"KeyFile\":\"server.key\"", ": The certificate files cannot be used: ")]
    [InlineData("\"CertFile\":\"server.crt\",\"KeyFile\":\"client.key\"", ": The certificate files cannot be used: ")]
    [InlineData("\"CertFile\":\"server.crt\",\"KeyFile\":\"client.enc.key\"", ": The certificate files cannot be used: ")]
    [InlineData("\"CertFile\":\"client.crt\",\"KeyFile\":\"client.key\"", ": The certificate (*) is not for a server.")]
    [InlineData("\"PfxFile\":\"client.pfx\",\"KeyPassword\":\"wrong\"", ": The certificate files cannot be used: ")]
    [InlineData("\"CertFile\":\"server.crt\"", ":KeyFile: CertFile and KeyFile belong together")]
    [InlineData("\"CertFile\":\"server.crt\",\"KeyFile\":\"server.key\",\"PfxFile\":\"client.pfx\"", ":PfxFile: set PfxFile, or CertFile and KeyFile, not both")]
    [InlineData("\"ClientCaFile\":\"client.key\"", ":ClientCaFile: client.key holds no certificate.")]
    [InlineData("\"Protocols\":[\"1.1\",\"1.2\"]", ":Protocols: must list 1.2, 1.3 or both")]
    [InlineData("\"Protocols\":[]", ":Protocols: must list 1.2, 1.3 or both")]
    public void Check_WhatCannotBeUsed_IsToldWithItsPath(string tls, string problem) =>
        Errors(tls).Should().ContainSingle().Which.Should().Match($"Bridge:Tls{problem}*");

    [Fact]
    public void Check_ManyMistakes_AreAllTold() =>
        Errors("""
            "CertFile": "no.crt", "PfxFile": "no.pfx", "KeyPassword": "a", "KeyPasswordFile": "no.password",
            "ClientCaFile": "no.pem", "Protocols": ["1.0"], "AllowPlainHttp": "perhaps"
            """).Select(error => error.Split(": ")[0]).Should().BeEquivalentTo(
            "Bridge:Tls:CertFile", "Bridge:Tls:PfxFile", "Bridge:Tls:KeyPasswordFile", "Bridge:Tls:KeyFile", "Bridge:Tls:PfxFile",
            "Bridge:Tls:KeyPasswordFile", "Bridge:Tls:ClientCaFile", "Bridge:Tls:Protocols", "Bridge:Tls:AllowPlainHttp");

    private static ServerTlsOptions Load(string tls) => Loading.Load($$"""{"Tls":{{{tls}} } }""", TestCertificates.Trusted.Folder).Tls;

    private static IReadOnlyList<string> Errors(string tls) => Loading.Errors($$"""{"Tls":{{{tls}} } }""", TestCertificates.Trusted.Folder);
}
