using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>Bytes that are no proper frames of a WebSocket (RFC 6455 §5), between proper ones.</summary>
internal sealed class FrameInputs(Random random) : IHubInputs
{
    // Reserved bits and kinds, no mask, lengths that are too long or longer than there are, control frames that are long or in pieces, wrong ends, a rest of nothing.
    private static readonly byte[][] Frames =
    [
        [0xC1, 0x80, 0, 0, 0, 0], [0xF1, 0x80, 0, 0, 0, 0], [0x83, 0x80, 0, 0, 0, 0], [0x8F, 0x80, 0, 0, 0, 0], [0x81, 0x00], [0x81, 0x05, 0x68, 0x65, 0x6C, 0x6C, 0x6F], [0x80, 0x80, 0, 0, 0, 0], [0x00, 0x80, 0, 0, 0, 0],
        [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], [0x82, 0xFE, 0, 1, 0, 0, 0, 0, 0],
        [0x82, 0xFF, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1, 2, 3], [0x89, 0xFE, 0, 0x7E, 0, 0, 0, 0], [0x09, 0x80, 0, 0, 0, 0], [0x89, 0x80, 0, 0, 0, 0], [0x8A, 0x80, 0, 0, 0, 0], [0x88, 0x80, 0, 0, 0, 0], [0x88, 0x81, 0, 0, 0, 0, 1],
        [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], [0x88, 0x82, 0, 0, 0, 0, 0, 0], [0x88, 0x82, 0, 0, 0, 0, 0xFF, 0xFF], [0x88, 0x84, 0, 0, 0, 0, 0x03, 0xE8, 0xC0, 0x80], [0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28],
        [0x01, 0x81, 0, 0, 0, 0, 0xC3, 0x80, 0x81, 0, 0, 0, 0, 0x28], [0x81], [0x81, 0xFE], [0x82, 0x81, 0xFF], [0x01, 0x80, 0, 0, 0, 0], [0x89, 0x84, 0xAA, 0x55, 0xAA, 0x55, 1, 2, 3, 4],
    ];

    private readonly Mutator _mutator = new(random);
    private readonly JsonHubInputs _valid = new(random);

    public string Protocol => "json";

    public byte[]? NextSurvivable() => null;

    public byte[] NextBroken() => random.Next(10) switch
    {
        < 4 => random.Pick(Frames),
        < 7 => _mutator.Mutate(random.Percent(50) ? random.Pick(Frames) : _valid.NextSurvivable(), random.Pick(Frames)),
        < 8 => [.. Enumerable.Repeat(random.Pick(Frames), random.Next(2, 50)).SelectMany(frame => frame)],
        < 9 => random.Bytes(random.Next(1, 200)),
        _ => Encoding.ASCII.GetBytes("GET /hub HTTP/1.1\r\nHost: bridge\r\n\r\n"),
    };

    public byte[] Marker(string id) => _valid.Marker(id);
}
