using System.Runtime.CompilerServices;
using Bridge.Server.Hosting;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Bridge.Tests.Hosting;

public sealed class UnobservedFailuresTests
{
    [Fact]
    public async Task Failure_OfATaskThatNobodyLooksAt_IsLogged()
    {
        var logs = new LogCapture();
        using var failures = new UnobservedFailures(logs.CreateLogger("failures"));

        Forget("lost and found");

        await Eventually.HoldsAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return logs.Entries.Items.Any(entry => entry is { Level: LogLevel.Warning, Exception.Message: "lost and found" });
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(string message) => _ = Task.FromException(new InvalidOperationException(message));
}
