using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Bridge.Tests.Support;

/// <summary>Waits for a condition that nothing announces; where something does, wait for that (<see cref="Collected{T}"/>).</summary>
internal static class Eventually
{
    /// <summary>Long enough for a busy machine of two cores; a test that passes never waits for all of it.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    /// <summary>For who has to connect again: the bridge's links and its SDK wait for up to 30 s between two attempts.</summary>
    public static readonly TimeSpan ReconnectTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <param name="condition">Asked again and again until it is true.</param>
    /// <param name="timeout">How long to ask; <see cref="DefaultTimeout"/> when not given.</param>
    /// <param name="describe">Says, at the time of failure, what is the case instead.</param>
    /// <param name="expression">The condition's source text; the compiler writes it.</param>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan? timeout = null, Func<string>? describe = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        HoldsAsync(() => Task.FromResult(condition()), timeout, describe, expression);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, TimeSpan?, Func{string}?, string)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? timeout = null, Func<string>? describe = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        var limit = timeout ?? DefaultTimeout;
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Pause);
        while (!await condition().WaitAsync(limit))
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {expression}. {describe?.Invoke()}");
            await timer.WaitForNextTickAsync();
        }
    }
}
