using Bridge.Server.Access;
using Bridge.Tests.Configuration;
using Bridge.Tests.Support;

namespace Bridge.Tests.Hosting;

/// <summary>The command of the real program.</summary>
public sealed class KeyCommandTests
{
    [Theory]
    [InlineData("excel")]
    [InlineData("Bob's \"phone\" é\\")]
    public async Task Run_NameAndRole_MakesAKeyAndItsLine(string name)
    {
        var (exitCode, output, _) = await RunAsync("key", name, "--role", "viewer");

        exitCode.Should().Be(0);
        output.Should().HaveCount(2);
        output[0].Should().MatchRegex("^brk_[A-Za-z0-9_-]{43}$");
        var options = Loading.Load($$"""{"Access":{"ApiKeys":[{{output[1]}}],"Roles":{"viewer":{} } } }""");
        new ApiKeyStore(options.Access, new AccessRules(options.Access)).Find(output[0])!.User.Should().Be(name);
    }

    [Fact]
    public async Task Run_Twice_MakesTwoKeys()
    {
        var (first, second) = (await RunAsync("key", "excel"), await RunAsync("key", "excel"));

        first.Output[0].Should().NotBe(second.Output[0]);
        first.Output[1].Should().Be($$"""{ "Name": "excel", "Hash": "{{ApiKeyHash.Of(first.Output[0])}}" }""");
        first.Errors.Should().ContainSingle().Which.Should().Contain("\"Role\"");
    }

    [Theory]
    [InlineData("key")]
    [InlineData("key", "")]
    [InlineData("key", "--role", "viewer")]
    [InlineData("key", "excel", "--role")]
    [InlineData("key", "excel", "viewer")]
    public async Task Run_SomethingElse_SaysHow(params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().Equal("usage: key NAME [--role ROLE]");
    }

    private static async Task<(int ExitCode, IReadOnlyList<string> Output, IReadOnlyList<string> Errors)> RunAsync(params string[] arguments)
    {
        await using var process = BridgeProcess.Launch(arguments: arguments);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        return (exitCode, process.Output.Items, process.Errors.Items);
    }
}
