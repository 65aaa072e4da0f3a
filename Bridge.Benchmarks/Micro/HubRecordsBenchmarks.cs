using BenchmarkDotNet.Attributes;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;

namespace Bridge.Benchmarks.Micro;

/// <summary>Encoding a batch for a hub protocol, which is done once for all subscribers. What it allocates is the record itself.</summary>
[MemoryDiagnoser]
public class HubRecordsBenchmarks
{
    private static readonly BatchHeader Header = new("s1", "plant", "0123abcd.1000000");

    private SequencedMessage[] _messages = [];

    [Params(1, 100)]
    public int Messages { get; set; }

    [GlobalSetup]
    public void Fill() => _messages = Samples.Sequenced(Messages);

    [Benchmark]
    [AllocationCeiling(580, For = 1)]
    [AllocationCeiling(27_200, For = 100)]
    public byte[] Json() => WireRecords.EncodeMessages(WireFormat.Json, Header, _messages);

    [Benchmark]
    [AllocationCeiling(360, For = 1)]
    [AllocationCeiling(14_800, For = 100, Unoptimized = 24_400)]
    public byte[] MessagePack() => WireRecords.EncodeMessages(WireFormat.MessagePack, Header, _messages);
}
