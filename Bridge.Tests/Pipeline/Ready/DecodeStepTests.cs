using System.Buffers.Text;
using System.IO.Compression;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline.Ready;
using Bridge.Tests.Support;
using CsCheck;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class DecodeStepTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * i / 7))];

    public static TheoryData<PayloadEncoding> Encodings => [.. Enum.GetValues<PayloadEncoding>()];

    public static TheoryData<PayloadEncoding> Compressions => [PayloadEncoding.Gzip, PayloadEncoding.Zlib, PayloadEncoding.Deflate, PayloadEncoding.Brotli];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Process_EncodedBytes_AreTheBytes(PayloadEncoding encoding)
    {
        var step = Step(encoding);

        Gen.Byte.Array[1, 200].Sample(bytes => Run(step, Encode(encoding, bytes)).Message!.Payload.Span.SequenceEqual(bytes), iter: 300);
        Run(step, Encode(encoding, Content)).Message!.Payload.ToArray().Should().Equal(Content);
    }

    [Theory]
    [InlineData("base64", "aGk=", "hi")]
    [InlineData("base64", " \r\n aGk= \t\n", "hi")]
    [InlineData("base64", "", "")]
    [InlineData("Base64Url", "aGk", "hi")]
    [InlineData("base64url", "\naGk=\n", "hi")]
    [InlineData("base64url", "w7_Dvg", "ÿþ")]
    [InlineData("base64", "w7/Dvg==", "ÿþ")]
    [InlineData("hex", "6869", "hi")]
    [InlineData("hex", " C3bF ", "ÿ")]
    public void Process_Text_IsDecoded(string encoding, string payload, string expected) =>
        ReadyStepOf.Group($$""" "Decode": { "Encoding": "{{encoding}}" } """).Run(payload).Text().Should().Be(expected);

    [Theory]
    [InlineData("base64", "aGk")]
    [InlineData("base64", "a-_k")]
    [InlineData("base64", "aGk=x")]
    [InlineData("base64", "21.5")]
    [InlineData("base64Url", "a/+k")]
    [InlineData("base64Url", "a")]
    [InlineData("hex", "686")]
    [InlineData("hex", "6g")]
    [InlineData("hex", "68 69")]
    [InlineData("gzip", "")]
    [InlineData("zlib", "")]
    [InlineData("deflate", "")]
    [InlineData("brotli", "")]
    [InlineData("gzip", "no gzip at all, though it is longer")]
    [InlineData("zlib", "no zlib")]
    [InlineData("deflate", "no deflate")]
    [InlineData("brotli", "no brotli")]
    public void Process_Malformed_IsRejected(string encoding, string payload) =>
        ReadyStepOf.Group($$""" "Decode": { "Encoding": "{{encoding}}" } """).Run(payload).Reason.Should().Be($"The payload is no {encoding}.");

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Process_CutOff_IsRejected(PayloadEncoding encoding)
    {
        var step = Step(encoding);
        var whole = Encode(encoding, Content);

        foreach (var length in new[] { 1, 2, 5, 9, 100, whole.Length / 2, whole.Length - 9, whole.Length - 5, whole.Length - 2, whole.Length - 1 })
            Run(step, whole[..length]).Outcome.Should().Be(StepOutcome.Reject, $"only {length} of {whole.Length} bytes came");
    }

    [Theory]
    [InlineData("gzip", "1F8B080000000000000303000000000000000000")]
    [InlineData("zlib", "789C030000000001")]
    [InlineData("deflate", "0300")]
    [InlineData("brotli", "3B")]
    public void Process_NothingCompressed_IsNothing(string encoding, string hex) =>
        Run(ReadyStepOf.Group($$""" "Decode": { "Encoding": "{{encoding}}" } """), Convert.FromHexString(hex)).Text().Should().BeEmpty();

    [Fact]
    public void Process_GzipWithAnotherChecksum_IsRejected()
    {
        var bytes = Encode(PayloadEncoding.Gzip, Content);
        bytes[^6] ^= 1;

        Run(Step(PayloadEncoding.Gzip), bytes).Outcome.Should().Be(StepOutcome.Reject);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Process_AsLargeAsAllowed_GoesOnAndNotAByteMore(PayloadEncoding encoding)
    {
        var bytes = Encode(encoding, Content);

        Run(Step(encoding, Content.Length), bytes).Message!.Payload.Length.Should().Be(Content.Length);
        Run(Step(encoding, Content.Length - 1), bytes).Reason.Should().Be($"The payload has more than {Content.Length - 1} bytes when it is decompressed.");
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Process_Bomb_StopsAtTheBound(PayloadEncoding encoding)
    {
        var step = Step(encoding, 100_000);
        var bomb = Encode(encoding, new byte[200_000_000]);
        bomb.Length.Should().BeLessThan(300_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Run(step, bomb).Outcome.Should().Be(StepOutcome.Reject);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Process_Deletion_Passes(PayloadEncoding encoding) => Step(encoding).Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Check_WhatCannotBe_SaysSo()
    {
        ReadyStepOf.GroupErrors(""" "Decode": { "MaxBytes": 0 } """).Should().Equal(
            "Decode:Encoding: must be set to one of base64, base64Url, hex, gzip, zlib, deflate, brotli",
            "Decode:MaxBytes: must be between 1 and 268435455, is 0");
        ReadyStepOf.GroupErrors(""" "Decode": { "Encoding": "rot13", "MaxBytes": 1 } """).Should()
            .Contain("Decode:Encoding: expected one of base64, base64Url, hex, gzip, zlib, deflate, brotli, found 'rot13'");
    }

    private static MessageStep Step(PayloadEncoding encoding, int mostBytes = 1_048_576) =>
        ReadyStepOf.Group($$""" "Decode": { "Encoding": "{{encoding}}", "MaxBytes": {{mostBytes}} } """);

    private static StepResult Run(MessageStep step, byte[] payload) => step.Run(TestMessages.Message("t", payload));

    private static byte[] Encode(PayloadEncoding encoding, byte[] bytes) => encoding switch
    {
        PayloadEncoding.Base64 => ReadyStepOf.Utf8(Convert.ToBase64String(bytes)),
        PayloadEncoding.Base64Url => ReadyStepOf.Utf8(Base64Url.EncodeToString(bytes)),
        PayloadEncoding.Hex => ReadyStepOf.Utf8(Convert.ToHexString(bytes)),
        PayloadEncoding.Gzip => Compress(bytes, stream => new GZipStream(stream, CompressionLevel.Optimal)),
        PayloadEncoding.Zlib => Compress(bytes, stream => new ZLibStream(stream, CompressionLevel.Optimal)),
        PayloadEncoding.Deflate => Compress(bytes, stream => new DeflateStream(stream, CompressionLevel.Optimal)),
        _ => Compress(bytes, stream => new BrotliStream(stream, CompressionLevel.Fastest)),
    };

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> open)
    {
        using var target = new MemoryStream();
        using (var stream = open(target))
            stream.Write(bytes);
        return target.ToArray();
    }
}
