using Bridge.Tests.Support;

namespace Bridge.Tests.Http;

/// <summary>Bodies that do not end, from a client that reads the answer only when it has sent all.</summary>
public sealed class HugePublishTests
{
    private const int Clients = 3;
    private const int Chunks = 34;
    private const int ChunkBytes = 1024 * 1024;

    private static readonly ReadOnlyMemory<byte> Chunk = (byte[])[.. "100000\r\n"u8, .. new byte[ChunkBytes], .. "\r\n"u8];

    [Theory]
    [InlineData("?brokerKey=embedded&topic=huge", "Content-Type: text/plain")]
    [InlineData("", "Content-Type: application/json")]
    public async Task Post_HundredMegabytesInChunks_AreRefusedInLittleMemoryAndTheAnswerCanBeRead(string query, string header)
    {
        await using var process = await BridgeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["Bridge:EmbeddedBroker:Enabled"] = "true",
            ["Bridge:EmbeddedBroker:Port"] = "0",
        });
        // The first takes what the program needs for any.
        await ShouldBeRefusedAsync(process, query, header, chunks: 4);
        var before = LinuxFigures.PeakResidentBytes(process.Id);

        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => ShouldBeRefusedAsync(process, query, header, Chunks)));

        if (before is { } bytes)
            (LinuxFigures.PeakResidentBytes(process.Id)!.Value - bytes).Should().BeLessThan(Clients * Chunks * ChunkBytes / 2);
        using var live = await process.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
        ((int)live.StatusCode).Should().Be(200);
    }

    private static async Task ShouldBeRefusedAsync(BridgeProcess process, string query, string header, int chunks)
    {
        var head = RawHttp.Post($"/publish{query}", header, "Transfer-Encoding: chunked");
        var response = await RawHttp.SendAsync(process.Url, [head, .. Enumerable.Repeat(Chunk, chunks), "0\r\n\r\n"u8.ToArray()]);

        response.Should().NotBeNull();
        response!.Status.Should().Be(413);
        response.Body.Should().Contain("\"code\":\"payload_too_large\"");
    }
}
