using System.Buffers;
using System.Text;
using Bridge.Server.Brokers;
using CsCheck;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace Bridge.Tests.Brokers;

public sealed class PacketReaderTests
{
    private const int NoLimit = 268_435_455;

    [Fact]
    public void TryTake_BytesInPiecesOfAnySize_GivesEachPacketOnceWhole()
    {
        var payloads = Gen.Byte.Array[0, 3000].Array[1, 20];
        Gen.Select(payloads, Gen.Int[1, 5000].Array[1, 50]).Sample((contents, sizes) =>
        {
            var bytes = contents.SelectMany((content, index) => Encode(Publish($"t/{index}", content))).ToArray();

            var packets = ReadInPieces(new PacketReader(MqttProtocolVersion.V500, NoLimit), bytes, sizes);

            packets.Select(packet => packet.Topic).Should().Equal(contents.Select((_, index) => $"t/{index}"));
            packets.Select(packet => packet.Payload.ToArray()).Should().BeEquivalentTo(contents, options => options.WithStrictOrdering());
        }, iter: 300);
    }

    [Theory]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_152)]
    public void TryTake_LengthsAroundTheirEncodingsBounds_AreRead(int payloadLength)
    {
        var content = new byte[payloadLength];
        Random.Shared.NextBytes(content);

        var packets = ReadInPieces(new PacketReader(MqttProtocolVersion.V500, NoLimit), Encode(Publish("a", content)), [65_536]);

        packets.Should().ContainSingle().Which.Payload.ToArray().Should().Equal(content);
    }

    [Fact]
    public void TryTake_PacketLongerThanWanted_GivesItsBeginningAndFindsTheNext()
    {
        var bytes = Encode(Publish("long", new byte[300_000])).Concat(Encode(Publish("next", [1]))).ToArray();

        var packets = ReadInPieces(new PacketReader(MqttProtocolVersion.V500, mostBody: 1000), bytes, [777]);

        packets.Select(packet => packet.Topic).Should().Equal("long", "next");
        packets[0].Payload.Length.Should().BeLessThan(1000).And.BeGreaterThan(900);
        packets[1].Payload.ToArray().Should().Equal(1);
    }

    [Fact]
    public void TryTake_PayloadsAfterMoreBytes_StayAsTheyWere()
    {
        var reader = new PacketReader(MqttProtocolVersion.V500, NoLimit);
        var first = ReadInPieces(reader, Encode(Publish("a", Encoding.UTF8.GetBytes("first"))), [10]).Single();

        ReadInPieces(reader, Encode(Publish("a", Encoding.UTF8.GetBytes("other"))), [10]);

        Encoding.UTF8.GetString(first.Payload).Should().Be("first");
    }

    [Fact]
    public void TryTake_LengthOfFiveBytes_IsMalformed()
    {
        var reader = new PacketReader(MqttProtocolVersion.V500, NoLimit);
        byte[] bytes = [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        bytes.CopyTo(reader.FreeSpace);
        reader.Advance(bytes.Length);

        reader.Invoking(malformed => malformed.TryTake()).Should().Throw<BrokerLinkException>().WithMessage("*malformed length*");
    }

    [Fact]
    public void FreeSpace_AfterALongPacket_IsSmallAgain()
    {
        var reader = new PacketReader(MqttProtocolVersion.V500, NoLimit);
        ReadInPieces(reader, Encode(Publish("a", new byte[1_000_000])), [65_536]);

        reader.FreeSpace.Length.Should().BeLessThanOrEqualTo(65_536);
    }

    private static MqttPublishPacket Publish(string topic, byte[] content) =>
        new() { Topic = topic, Payload = new ReadOnlySequence<byte>(content) };

    private static byte[] Encode(MqttPacket packet) =>
        new MqttPacketFormatterAdapter(MqttProtocolVersion.V500, new MqttBufferWriter(4096, 65_535)).Encode(packet).ToArray();

    private static List<MqttPublishPacket> ReadInPieces(PacketReader reader, ReadOnlyMemory<byte> bytes, int[] sizes)
    {
        var packets = new List<MqttPublishPacket>();
        for (var i = 0; bytes.Length > 0; i++)
        {
            var space = reader.FreeSpace;
            space.Length.Should().BePositive();
            var count = Math.Min(Math.Min(sizes[i % sizes.Length], space.Length), bytes.Length);
            bytes[..count].CopyTo(space);
            reader.Advance(count);
            bytes = bytes[count..];
            while (reader.TryTake() is { } packet)
                packets.Add((MqttPublishPacket)packet);
        }

        return packets;
    }
}
