using BenchmarkDotNet.Attributes;
using Bridge.Benchmarks.Micro;
using Xunit.Abstractions;

namespace Bridge.Tests.Benchmarks;

/// <summary>What an operation allocates is the same on every machine, and so, other than its time, can be tested.</summary>
[Collection(nameof(AllocationCeilingTests))]
public sealed class AllocationCeilingTests(ITestOutputHelper output)
{
    public static TheoryData<Type, string> Benchmarks
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (var type in typeof(AllocationCeilingAttribute).Assembly.GetTypes().Where(BenchmarkAllocations.IsBenchmark))
            {
                foreach (var benchmark in BenchmarkAllocations.CasesOf(type))
                    data.Add(type, BenchmarkAllocations.NameOf(benchmark));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Benchmarks))]
    public void Benchmark_OneOperation_AllocatesNoMoreThanItsCeiling(Type type, string name) =>
        Check(type, name, BenchmarkAllocations.Patience);

    [Theory]
    [InlineData(nameof(Faulty.Within), null)]
    [InlineData(nameof(Faulty.Above), "*allocates 1* bytes*")]
    [InlineData(nameof(Faulty.Without), "*has no ceiling*")]
    public void Benchmark_Faulty_IsFound(string method, string? message)
    {
        var act = () => Check(typeof(Faulty), $"{nameof(Faulty)}.{method} [Size=100]", TimeSpan.Zero);

        if (message is null)
            act.Should().NotThrow();
        else
            act.Should().Throw<Exception>().WithMessage(message);
    }

    private void Check(Type type, string name, TimeSpan patience)
    {
        var benchmark = BenchmarkAllocations.CasesOf(type).Single(benchmark => BenchmarkAllocations.NameOf(benchmark) == name);
        var ceiling = BenchmarkAllocations.CeilingOf(benchmark);
        var measured = BenchmarkAllocations.Measure(benchmark, enough: ceiling ?? long.MaxValue, patience);
        output.WriteLine($"{name}: {measured} bytes, of {ceiling}");

        ceiling.Should().NotBeNull($"each benchmark has one [AllocationCeiling] for each parameter set; {name} has no ceiling, and allocates {measured} bytes");
        measured.Should().BeLessThanOrEqualTo(ceiling!.Value, $"{name} allocates {measured} bytes in an operation");
    }

    public class Faulty
    {
        [Params(100)]
        public int Size { get; set; }

        [Benchmark]
        [AllocationCeiling(130, For = 100)]
        public byte[] Within() => new byte[Size];

        [Benchmark]
        [AllocationCeiling(110)]
        public byte[] Above() => new byte[Size];

        [Benchmark]
        [AllocationCeiling(130, For = 200)]
        public byte[] Without() => new byte[Size];
    }
}

/// <summary>Alone: others that allocate meanwhile would be measured too.</summary>
[CollectionDefinition(nameof(AllocationCeilingTests), DisableParallelization = true)]
public sealed class AllocationCeilingGroup;
