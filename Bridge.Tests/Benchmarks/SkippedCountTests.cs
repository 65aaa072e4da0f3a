using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Tests.Benchmarks;

public sealed class SkippedCountTests
{
    [Fact]
    public void Read_BatchInJson_GivesTheNumber() =>
        Find(SkippedCount.InBatch, """{"subscription":"s1","skipped":1204,"messages":[]}""").Should().Equal(1204);

    [Fact]
    public void Read_BatchInMessagePack_GivesTheNumber() =>
        Find(SkippedCount.InBatch, "\u00a7skipped\u00cd\u0004\u00b4 and what follows").Should().Equal(1204);

    [Fact]
    public void Read_Event_GivesTheNumberOnce() =>
        Find(SkippedCount.InEvent, "event: skipped\ndata: {\"skipped\":1204}\n\nid: k3f9.18\nevent: message\n").Should().Equal(1204);

    private static List<long> Find(byte[] name, string latin1)
    {
        var found = new List<long>();
        var scanner = new RecordScanner(name, name.Length + SkippedCount.ValueLength, record => found.Add(SkippedCount.Read(record[name.Length..])));
        scanner.Feed(Encoding.Latin1.GetBytes(latin1));
        return found;
    }
}
