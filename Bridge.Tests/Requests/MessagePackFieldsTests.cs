using System.Text;
using Bridge.Server.Requests;
using MessagePack;

namespace Bridge.Tests.Requests;

/// <summary>Requests in the MessagePack protocol.</summary>
public sealed class MessagePackFieldsTests
{
    [Fact]
    public void Read_EveryKindOfMember_GivesItsValue()
    {
        var fields = Fields.FromMessagePack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(7);
            writer.Write("text");
            writer.Write("é😀");
            writer.Write("flag");
            writer.Write(true);
            writer.Write("number");
            writer.Write(uint.MaxValue);
            writer.Write("bytes");
            writer.Write(new byte[] { 0, 0xFF });
            writer.Write("base64");
            writer.Write("AP8=");
            writer.Write("pairs");
            writer.WriteArrayHeader(1);
            writer.WriteArrayHeader(2);
            writer.Write("a\u0001\n\"");
            writer.Write("é");
            writer.Write("nothing");
            writer.WriteNil();
        });

        fields.RequiredText("text").Should().Be("é😀");
        fields.Flag("flag", false).Should().BeTrue();
        fields.Number("number", 0, uint.MaxValue).Should().Be(uint.MaxValue);
        fields.Bytes("bytes")!.Value.ToArray().Should().Equal(0, 0xFF);
        fields.Bytes("base64")!.Value.ToArray().Should().Equal(0, 0xFF);
        fields.Pairs("pairs").Should().ContainSingle().Which.Should().Equal("a\u0001\n\"", "é");
        fields.Has("nothing").Should().BeFalse();
    }

    [Fact]
    public void Payload_Str_IsItsText() => Payload((ref MessagePackWriter writer) => writer.Write("{\"é\": 1}")).Should().Be("{\"é\": 1}");

    [Fact]
    public void Payload_Bin_IsItsBytesWhateverTheyAre() =>
        Message((ref MessagePackWriter writer) => writer.Write(new byte[] { 0xFF, 0, 0x1E })).Payload().ToArray().Should().Equal(0xFF, 0, 0x1E);

    [Fact]
    public void Payload_Values_AreCompactJson()
    {
        Payload((ref MessagePackWriter writer) => writer.Write(1.5)).Should().Be("1.5");
        Payload((ref MessagePackWriter writer) => writer.Write(0.1f)).Should().Be("0.1");
        Payload((ref MessagePackWriter writer) => writer.Write(1e300)).Should().Be("1E+300");
        Payload((ref MessagePackWriter writer) => writer.Write(long.MinValue)).Should().Be("-9223372036854775808");
        Payload((ref MessagePackWriter writer) => writer.Write(ulong.MaxValue)).Should().Be("18446744073709551615");
        Payload((ref MessagePackWriter writer) => writer.Write(false)).Should().Be("false");
        Payload((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(2);
            writer.Write("é\u001b[31m\0");
            writer.Write(new byte[] { 1, 2 });
            writer.Write(7);
            writer.WriteArrayHeader(2);
            writer.WriteNil();
            writer.Write("<\u2028+\u007f");
        }).Should().Be("{\"é\\u001b[31m\\u0000\":\"AQI=\",\"7\":[null,\"<\u2028+\u007f\"]}", "JSON.stringify writes it so");
    }

    [Fact]
    public void Payload_NotANumber_IsRefusedAndNotTakenForMissing()
    {
        var fields = Message((ref MessagePackWriter writer) => writer.Write(double.NaN));

        RequestFieldsTests.ShouldBeRefused(() => fields.Payload(), "*");
        RequestFieldsTests.ShouldBeRefused(() => fields.Flag("message", false), "*true or false*");
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        Fields.WriteMessagePack invalid = (ref MessagePackWriter writer) => writer.WriteString([0x61, 0xED, 0xA0, 0x80]);

        RequestFieldsTests.ShouldBeRefused(() => Message(invalid).Payload(), "*Unicode*");
        RequestFieldsTests.ShouldBeRefused(() => Message(invalid).OptionalText("message"), "*Unicode*");
        RequestFieldsTests.ShouldBeRefused(
            () => Message((ref MessagePackWriter writer) =>
            {
                writer.WriteArrayHeader(1);
                invalid(ref writer);
            }).Payload(),
            "*Unicode*");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(400)]
    [InlineData(100_000)]
    public void Read_NestedTooDeeply_IsRefusedWithItsCode(int depth)
    {
        var fields = Message((ref MessagePackWriter writer) =>
        {
            for (var i = 0; i < depth; i++)
                writer.WriteArrayHeader(1);
            writer.WriteNil();
        });

        RequestFieldsTests.ShouldBeRefused(() => fields.Payload(), "*");
    }

    [Fact]
    public void Read_MemberTwice_IsRefusedAndTheRestOfTheRecordIsRead()
    {
        byte[] request = Fields.Pack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(3);
            for (var i = 0; i < 3; i++)
            {
                writer.Write("x");
                writer.Write(i);
            }
        });
        var reader = new MessagePackReader((byte[])[.. request, 0x2A]);

        var fields = new RequestFieldsFormatter().Deserialize(ref reader, MessagePackSerializerOptions.Standard);

        RequestFieldsTests.ShouldBeRefused(() => fields.Has("y"), "'x' is there more than once.");
        reader.ReadInt32().Should().Be(42);
    }

    [Fact]
    public void Read_NameThatIsNoString_IsRefused() => RequestFieldsTests.ShouldBeRefused(
        () => Fields.FromMessagePack((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(1);
            writer.Write(1);
            writer.Write("x");
        }).Has("x"),
        "The names of an object's members are strings of well-formed Unicode.");

    [Fact]
    public void Read_NoObject_IsRefusedWithItsCode()
    {
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromMessagePack((ref MessagePackWriter writer) => writer.WriteNil()).Has("x"), "One object is expected, not nil.");
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromMessagePack((ref MessagePackWriter writer) => writer.WriteArrayHeader(0)).Has("x"), "One object is expected, not array.");
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromMessagePack((ref MessagePackWriter writer) => writer.Write("x")).Has("x"), "One object is expected, not string.");
    }

    private static string Payload(Fields.WriteMessagePack value) => Encoding.UTF8.GetString(Message(value).Payload().Span);

    private static RequestFields Message(Fields.WriteMessagePack value) => Fields.FromMessagePack((ref MessagePackWriter writer) =>
    {
        writer.WriteMapHeader(1);
        writer.Write("message");
        value(ref writer);
    });
}
