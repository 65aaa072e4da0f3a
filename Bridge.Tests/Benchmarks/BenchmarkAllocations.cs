using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using BenchmarkDotNet.Running;
using Bridge.Benchmarks.Micro;
using Bridge.Server.FanOut;

namespace Bridge.Tests.Benchmarks;

/// <summary>Runs a micro benchmark with one set of its parameters, as often as it takes to see what an operation allocates.</summary>
internal static class BenchmarkAllocations
{
    /// <summary>For how long optimised code may be waited for, where more is allocated without it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether the bridge was compiled for debugging.</summary>
    private static readonly bool IsUnoptimized =
        typeof(MessageStream).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true };

    /// <summary>Every benchmark of a class, once for each set of its parameters.</summary>
    public static IEnumerable<BenchmarkCase> CasesOf(Type type) => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases;

    public static bool IsBenchmark(Type type) =>
        type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkDotNet.Attributes.BenchmarkAttribute)));

    public static string NameOf(BenchmarkCase benchmark) =>
        $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name} {benchmark.Parameters.DisplayInfo}".TrimEnd();

    /// <summary>The bytes that an operation may allocate; null when the benchmark does not say, or says it twice.</summary>
    public static long? CeilingOf(BenchmarkCase benchmark)
    {
        var ceilings = benchmark.Descriptor.WorkloadMethod.GetCustomAttributes<AllocationCeilingAttribute>()
            .Where(ceiling => ceiling.For is null || benchmark.Parameters.Items.Any(parameter => ceiling.For.Equals(parameter.Value)))
            .ToList();
        return ceilings is [var only] ? (IsUnoptimized ? only.Unoptimized : only.Bytes) : null;
    }

    /// <summary>
    /// Measures what an operation allocates, on all threads. The least of the rounds that there is patience for, since others may allocate
    /// meanwhile, and optimised code comes when the runtime likes; a round that is not above <paramref name="enough"/> is the last.
    /// </summary>
    public static long Measure(BenchmarkCase benchmark, long enough, TimeSpan patience)
    {
        var descriptor = benchmark.Descriptor;
        var instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items)
            descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        descriptor.GlobalSetupMethod?.Invoke(instance, null);
        try
        {
            // Not by reflection: that would box what the benchmark returns.
            var call = Expression.Call(Expression.Constant(instance), descriptor.WorkloadMethod);
            return Measure(Expression.Lambda<Action>(call).Compile(), enough, patience, descriptor.OperationsPerInvoke);
        }
        finally
        {
            descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        }
    }

    private static long Measure(Action invoke, long enough, TimeSpan patience, int operations)
    {
        var clock = Stopwatch.StartNew();
        var invocations = 0;
        for (; clock.Elapsed < WarmUp || invocations < 2; invocations++)
            invoke();
        invocations = (int)Math.Max(1, invocations * (RoundTime / clock.Elapsed));

        var least = long.MaxValue;
        clock.Restart();
        do
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < invocations; i++)
                invoke();
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = Math.Min(least, allocated / ((long)invocations * operations));
        }
        while (least > enough && clock.Elapsed < patience);

        return least;
    }
}
