namespace Bridge.Benchmarks.Micro;

/// <summary>
/// How many bytes one operation of a benchmark may allocate at most, whichever thread does. Unlike times, this is the same on every machine:
/// a test holds it (<c>Bridge.Tests/Benchmarks</c>), and every benchmark has one. It is what was measured, and a little more.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AllocationCeilingAttribute(long bytes) : Attribute
{
    /// <summary>The bytes; for a benchmark that counts several operations in one call, of each of them on average, rounded down.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>The value of the benchmark's one parameter for which this is the ceiling; null: for each.</summary>
    public object? For { get; set; }

    /// <summary>
    /// The bytes where the bridge was compiled without optimisation, when that differs: there each call of an async method makes an object.
    /// </summary>
    public long Unoptimized { get; set; } = bytes;
}
