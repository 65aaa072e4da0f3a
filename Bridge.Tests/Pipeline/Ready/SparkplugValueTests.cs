using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;
using static Bridge.Tests.Pipeline.Ready.SparkplugMessages;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>What becomes of the values of metrics.</summary>
public sealed class SparkplugValueTests
{
    public static TheoryData<int, byte[], string> Values => new()
    {
        { 1, Varint(10, 0xFF), "-1" },
        { 1, Varint(10, 0xFFFFFF80), "-128" },
        { 2, Varint(10, 0xFFFE), "-2" },
        { 3, Varint(10, 0xFFFFFFFF), "-1" },
        { 3, Varint(10, 0x80000000), "-2147483648" },
        { 4, Varint(11, ulong.MaxValue), "-1" },
        { 4, Varint(11, 1UL << 63), "-9223372036854775808" },
        { 5, Varint(10, 255), "255" },
        { 6, Varint(10, 65535), "65535" },
        { 7, Varint(10, 4294967295), "4294967295" },
        { 7, Varint(11, 4294967295), "4294967295" },
        { 8, Varint(11, ulong.MaxValue), "18446744073709551615" },
        { 9, Fixed32(12, 0.1f), "0.1" },
        { 9, Fixed32(12, float.NaN), "NaN" },
        { 10, Fixed64(13, 0.1 + 0.2), "0.30000000000000004" },
        { 10, Fixed64(13, 1e300), "1E+300" },
        { 11, Varint(14, 0), "false" },
        { 12, Text(15, "grün \"x\""), "grün \"x\"" },
        { 12, Text(15, ""), "" },
        { 13, Varint(11, 1700000000000), "1700000000000" },
        { 14, Text(15, "t"), "t" },
        { 17, Bytes(16, [1, 65]), "\u0001A" },
        { 3, Varint(7, 1), "null" },
        { 3, [], "null" },
        { 22, Bytes(16, [1, 0xFF]), "[1,-1]" },
        { 23, Bytes(16, [1, 0, 0xFE, 0xFF]), "[1,-2]" },
        { 24, Bytes(16, [0xFD, 0xFF, 0xFF, 0xFF]), "[-3]" },
        { 25, Bytes(16, [0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), "[-4]" },
        { 26, Bytes(16, [255]), "[255]" },
        { 27, Bytes(16, [0xFF, 0xFF]), "[65535]" },
        { 28, Bytes(16, [0xFF, 0xFF, 0xFF, 0xFF]), "[4294967295]" },
        { 29, Bytes(16, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), "[18446744073709551615]" },
        { 30, Bytes(16, BitConverter.GetBytes(1.5f), BitConverter.GetBytes(float.PositiveInfinity)), "[1.5,\"Infinity\"]" },
        { 31, Bytes(16, BitConverter.GetBytes(0.1)), "[0.1]" },
        { 32, Bytes(16, [10, 0, 0, 0, 0b1010_0000, 0b0100_0000]), "[true,false,true,false,false,false,false,false,false,true]" },
        { 32, Bytes(16, [0, 0, 0, 0]), "[]" },
        { 33, Bytes(16, "a\0\0é\0"u8.ToArray()), "[\"a\",\"\",\"é\"]" },
        { 34, Bytes(16, BitConverter.GetBytes(5L)), "[5]" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Process_Value_IsItsText(int type, byte[] value, string expected) =>
        Run(Data, Metric("m", type, value)).Messages.Should().ContainSingle().Which.GetText().Should().Be(expected);

    [Fact]
    public void Process_DataSet_IsJson()
    {
        var set = Bytes(
            17,
            Varint(1, 2),
            Text(2, "name"),
            Text(2, "count"),
            Varint(3, 12),
            Varint(3, 1),
            Bytes(4, Bytes(1, Text(6, "a")), Bytes(1, Varint(1, 0xFF))),
            Bytes(4, Bytes(1, Text(6, "b")), Bytes(1)));

        var message = Run(Data, Metric("m", 16, set)).Messages.Single();

        message.GetText().Should().Be("""{"columns":["name","count"],"types":["String","Int8"],"rows":[["a",-1],["b",null]]}""");
        message.ContentType.Should().Be("application/json");
    }

    [Fact]
    public void Process_Template_IsJson()
    {
        var template = Bytes(
            18,
            Text(1, "v1"),
            Bytes(2, Text(1, "rpm"), Varint(4, 3), Varint(10, 0xFFFFFFFF)),
            Bytes(2, Text(1, "raw"), Varint(4, 17), Bytes(16, [1, 2])),
            Bytes(3, Text(1, "scale"), Varint(2, 10), Fixed64(6, 0.5)),
            Text(4, "motor"),
            Varint(5, 0));

        Run(Data, Metric("m", 19, template)).Messages.Single().GetText().Should().Be(
            """
            {"version":"v1","templateRef":"motor","isDefinition":false,"metrics":[{"name":"rpm","type":"Int32","value":-1},{"name":"raw","type":"Bytes","value":"AQI="}],"parameters":[{"name":"scale","type":"Double","value":0.5}]}
            """);
    }
}
