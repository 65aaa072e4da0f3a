using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Tests.Benchmarks;

public sealed class ChunkedBodyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_StreamInPiecesOfAnySize_GivesThePayloadAlone(int size)
    {
        var longer = new string('x', 0xAb);
        var stream = Encoding.ASCII.GetBytes($"5\r\nhello\r\nAb\r\n{longer}\r\n1;name=abc\r\n!\r\n2\r\n\r\n\r\n3\r\nend\r\n");

        Read(new ChunkedBody(), stream, size).Should().Be($"hello{longer}!\r\nend");
    }

    private static string Read(ChunkedBody body, byte[] stream, int size)
    {
        var payload = new List<byte>();
        foreach (var piece in stream.Chunk(size))
        {
            for (ReadOnlySpan<byte> rest = piece; !rest.IsEmpty;)
                payload.AddRange(body.Next(ref rest));
        }

        return Encoding.ASCII.GetString([.. payload]);
    }
}
