using Bridge.Tests.Support;
using Bridge.Tests.Tls;

namespace Bridge.Tests.Hosting;

/// <summary>The command of the real program.</summary>
public sealed class HealthCommandTests
{
    [Fact]
    public async Task Run_ABridgeThatAnswers_EndsWithTheAnswer()
    {
        await using var bridge = await BridgeHost.StartAsync();

        (await RunAsync("health", $"{bridge.Url}/health/live")).Should().Be((0, ""));
        var (exitCode, errors) = await RunAsync("health", $"{bridge.Url}/health/other");

        exitCode.Should().Be(1);
        errors.Should().Be($"{bridge.Url}/health/other answers 404");
    }

    [ToolFact(Tool.OpenSsl)]
    public async Task Run_ABridgeWithACertificateForOthers_EndsWithTheAnswer()
    {
        var certificates = TestCertificates.Trusted;
        await using var bridge = await TlsHost.StartAsync(("CertFile", certificates.ServerCertificate), ("KeyFile", certificates.ServerKey));

        (await RunAsync("health", $"{bridge.SecureUrl}/health/live")).Should().Be((0, ""));
    }

    [Fact]
    public async Task Run_NobodyThere_Fails()
    {
        var (exitCode, errors) = await RunAsync("health", $"http://127.0.0.1:{LoopbackPort.Find()}/health/live");

        exitCode.Should().Be(1);
        errors.Should().Contain("refused");
    }

    [Theory]
    [InlineData("health")]
    [InlineData("health", "/health/live")]
    [InlineData("health", "ftp://127.0.0.1/")]
    [InlineData("health", "http://127.0.0.1/", "http://127.0.0.1/")]
    public async Task Run_SomethingElse_SaysHow(params string[] arguments) =>
        (await RunAsync(arguments)).Should().Be((1, "usage: health URL"));

    private static async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        await using var process = BridgeProcess.Launch(arguments: arguments);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        return (exitCode, string.Join('\n', process.Errors.Items));
    }
}
