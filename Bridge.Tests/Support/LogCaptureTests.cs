using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Support;

public sealed class LogCaptureTests : IDisposable
{
    private readonly LogCapture _logs = new();

    [Fact]
    public void AssertNoUnexpectedErrors_ErrorWritten_Fails()
    {
        Write(LogLevel.Error, "it broke");

        FluentActions.Invoking(_logs.AssertNoUnexpectedErrors).Should().Throw<Exception>().WithMessage("*it broke*");
    }

    [Fact]
    public void AssertNoUnexpectedErrors_WarningsAndAllowedErrors_Passes()
    {
        Write(LogLevel.Warning, "careful");
        Write(LogLevel.Critical, "expected");
        _logs.AllowErrors(entry => entry.Message == "expected");

        FluentActions.Invoking(_logs.AssertNoUnexpectedErrors).Should().NotThrow();
        _logs.Entries.Items.Should().HaveCount(2).And.OnlyContain(entry => entry.Category == "Some.Category");
    }

    public void Dispose() => _logs.Dispose();

    private void Write(LogLevel level, string message) =>
        _logs.CreateLogger("Some.Category").Log(level, new EventId(7), message, null, (state, _) => state);
}
