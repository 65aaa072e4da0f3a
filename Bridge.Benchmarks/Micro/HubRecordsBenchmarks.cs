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
    public byte[] Json() => HubRecords.EncodeMessages(WireFormat.Json, Header, _messages);

    [Benchmark]
    public byte[] MessagePack() => HubRecords.EncodeMessages(WireFormat.MessagePack, Header, _messages);
}
