using Bridge.Tests.Support;

namespace Bridge.Tests.Packaging;

/// <summary>What can be known of the image without building it.</summary>
public sealed class DockerfileTests
{
    [Fact]
    public void Copy_Sources_AreInTheBuildContext()
    {
        var sources = Dockerfile.Instructions.Where(instruction => instruction.Name == "COPY" && !instruction.HasOption("from"))
            .SelectMany(copy => copy.Words[..^1]).ToList();

        sources.Should().HaveCountGreaterThan(5).And.OnlyContain(source => BuildContext.Has(source));
    }

    [Fact]
    public void Copy_AllThatTheServerIsBuiltOf_IsTaken()
    {
        var copied = Dockerfile.Instructions.Where(instruction => instruction.Name == "COPY" && !instruction.HasOption("from")).SelectMany(copy => copy.Words[..^1]);
        var references = File.ReadAllLines(Repository.PathOf("Bridge.Server", "Bridge.Server.csproj"))
            .Where(line => line.Contains("=\"../", StringComparison.Ordinal))
            .Select(line => line.Split("=\"../")[1].Split('"')[0].Split('/')[0]);

        copied.Should().Contain(references).And.Contain(
            ["global.json", "Directory.Build.props", "Directory.Packages.props", ".editorconfig", "Bridge.Server", "wwwroot"]);
        BuildContext.Has("Bridge.Server/appsettings.json").Should().BeTrue();
        BuildContext.Has("Bridge.Server/package-lock.json").Should().BeTrue();
    }

    [Theory]
    [InlineData("certs/server.key")]
    [InlineData("deploy/secrets/mqtt.password")]
    [InlineData("data/bridge.db")]
    [InlineData("Bridge.Server/appsettings.Production.json")]
    [InlineData("Bridge.Server/data/bridge.db")]
    [InlineData("Bridge.Server/bin/Debug/net10.0/Bridge.Server.dll")]
    [InlineData("wwwroot/lib/signalr.min.js")]
    [InlineData(".git/config")]
    public void Context_WhatIsOfThisMachine_IsLeftOut(string path) => BuildContext.Takes(path).Should().BeFalse();

    [Fact]
    public void Image_IsRunByAUserWithoutRights_OnThePortThatItNames()
    {
        Dockerfile.Single("USER").Value.Should().Be("$APP_UID");
        Dockerfile.Single("EXPOSE").Value.Should().Be(Dockerfile.Variables["ASPNETCORE_HTTP_PORTS"]);
        Dockerfile.Single("HEALTHCHECK").Program.Should().StartWith(Dockerfile.Single("ENTRYPOINT").Program)
            .And.EndWith($"http://127.0.0.1:{Dockerfile.Single("EXPOSE").Value}/health/live");
        Dockerfile.Variables["Bridge__Persistence__Path"].Should().StartWith($"{Dockerfile.Single("VOLUME").Value}/");
        Dockerfile.Final.Should().NotContain(instruction => instruction.Name == "RUN", "there is no shell in it");
    }

    [Fact]
    public void Image_Variables_HaveNoSecrets() =>
        Dockerfile.Instructions.Where(instruction => instruction.Name is "ENV" or "ARG")
            .Should().OnlyContain(instruction => !instruction.Value.Contains("Password") && !instruction.Value.Contains("Key"));
}
