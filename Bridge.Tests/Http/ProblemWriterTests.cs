using System.Diagnostics.Metrics;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Http;
using Bridge.Server.Messages;
using Bridge.Server.Shutdown;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Tests.Http;

public sealed class ProblemWriterTests
{
    /// <summary>The framework would log it as two errors of ours, with stack traces.</summary>
    [Fact]
    public async Task Tell_ClientThatGoesMeanwhile_IsNoFailure()
    {
        using var gone = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestAborted = gone.Token };
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var stop = new StopSignal(TimeProvider.System);
        var writer = new ProblemWriter(
            stop,
            new AuditLog(NullLoggerFactory.Instance, services.GetRequiredService<IMeterFactory>(), TimeProvider.System),
            NullLogger<ProblemWriter>.Instance);
        await gone.CancelAsync();

        await writer.TellAsync(context, new BridgeException(ErrorCodes.TopicInvalid, "No."));

        context.Response.StatusCode.Should().Be(400);
    }
}
