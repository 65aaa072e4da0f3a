using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MessagePack;

namespace Bridge.Tests.Hostile;

/// <summary>A value of a member, as each door writes it.</summary>
/// <param name="Json">In JSON.</param>
/// <param name="Url">In a query or a form, encoded.</param>
/// <param name="Pack">In MessagePack.</param>
internal sealed record HostileValue(string Json, string Url, byte[] Pack)
{
    /// <summary>Values that no proper client sends, or not there. Each is well-formed in JSON: what surrounds it is read.</summary>
    public static IReadOnlyList<HostileValue> Odd { get; } =
    [
        .. new[]
        {
            "", " ", "\0", "a\0b", "#", "+", "a/#/b", "a+", "$share/g/a", "$SYS/#", "$", "/", "//", "hostile/+", "hostile/#", "nobody", "plant\0", "PLANT", "\u0001", "\uFFFF",
            "\uFDD0", "\u007F", "é", "\U0001F600", "\uFEFF", "null", "true", "1", "-1", "1e3", "NaN", "AA", "AA==", "====", "k.1", "0.0", "zzzzzzzz.99999999999999999999",
            "00000000.-1", "s1", "s999999", "stream", "latest", "all", "\r\nX: y", "[[\"a\",\"b\"]]", "{}", "<script>", "../../etc/passwd",
            new string('/', 127), new string('/', 128), new string('x', 300), string.Concat(Enumerable.Repeat("é", 5_000)),
        }.Select(Text),
        .. new[] { "0", "-0", "1", "2", "3", "-1", "255", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "1.5", "1e-300", "1e300" }.Select(Number),
        new("9223372036854775808", "9223372036854775808", [0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        new("18446744073709551616", "18446744073709551616", [0xCF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        new("1e999", "1e999", [0xCB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0]),
        new("-1e-999", "-1e-999", [0xCB, 0x7F, 0xF8, 0, 0, 0, 0, 0, 0]),
        new(new string('9', 400), new string('9', 400), [0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        new("null", "null", [0xC0]),
        new("true", "true", [0xC3]),
        new("false", "false", [0xC2]),
        new("[]", "%5B%5D", [0x90]),
        new("{}", "%7B%7D", [0x80]),
        new("[[\"a\",\"b\"],[\"a\",null],[\"\\ud800\",\"\"]]", "%5B%5B%22a%22%5D%5D", [0x91, 0x92, 0xA1, 0x61, 0xC0]),
        new("{\"a\":1,\"a\":2}", "a=1&a=2", [0x82, 0xA1, 0x61, 0x01, 0xA1, 0x61, 0x02]),
        new("{\"\\ud800\":1}", "%7B%22%5Cud800%22%3A1%7D", [0x81, 0xA3, 0xED, 0xA0, 0x80, 0x01]),
        new("\"\\ud800\"", "%ED%A0%80", [0xA3, 0xED, 0xA0, 0x80]),
        new("\"\\udc00\\ud800\"", "%F4%90%80%80", [0xA4, 0xF4, 0x90, 0x80, 0x80]),
        new("\"\\u0000\"", "%00", [0xC4, 0x03, 0x00, 0xFF, 0x00]),
        new("\"\\uFFFE\"", "%C0%80", [0xA2, 0xC0, 0x80]),
        new("\"%\"", "%", [0xD4, 0xFF, 0x00]),
        new("\"%zz\"", "%zz%4", [0xD6, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        new(Nested(20), "%5B%5B%5B", [0xC7, 0x0C, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
        new("[1,\"2\",null,{\"a\":[{}]}]", "1,2,3", [0x94, 0x01, 0xA1, 0x32, 0xC0, 0x81, 0xA1, 0x61, 0x91, 0x80]),
        new("{\"1\":2}", "1%3A2", [0x81, 0x01, 0x02]),
        new("{\"x\":[]}", "x", [0x81, 0x93, 0x01, 0x02, 0x03, 0xC4, 0x01, 0xFF]),
    ];

    /// <summary>Values that a reader does not get over, or takes long for.</summary>
    public static IReadOnlyList<HostileValue> Huge { get; } =
    [
        Text(new string('x', 65_535)), Text(new string('x', 65_536)), Text(new string('é', 20_000)), Text(new string('\u0001', 10_000)),
        new(Nested(63), "%5B", [.. Enumerable.Repeat((byte)0x91, 63), 0xC0]),
        new(Nested(64), "%5B", [.. Enumerable.Repeat((byte)0x81, 64), 0xC0]),
        new(Nested(30_000), string.Concat(Enumerable.Repeat("%5B", 10_000)), [.. Enumerable.Repeat((byte)0x91, 30_000), 0xC0]),
        new(new string('[', 30_000), new string('[', 30_000), [.. Enumerable.Repeat((byte)0x91, 30_000)]),
        new(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)), new string('{', 10_000), [.. Enumerable.Repeat<byte[]>([0x81, 0xA1, 0x61], 10_000).SelectMany(bytes => bytes)]),
        new(new string('9', 50_000), new string('9', 50_000), [0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
        new($"[{string.Join(',', Enumerable.Repeat("[\"a\",\"b\"]", 5_000))}]", string.Concat(Enumerable.Repeat("%FF", 5_000)), [0xDF, 0xFF, 0xFF, 0xFF, 0xFF]),
        new($"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"{i}\":{i}"))}}}", string.Join('&', Enumerable.Range(0, 5_000)), [0xDB, 0x7F, 0xFF, 0xFF, 0xFF, 0x61]),
        new("nul", "%%%%", [0xC1]), new("'a'", "\u00ff", [0xC6, 0xFF, 0xFF, 0xFF, 0xFF, 0x00]), new("\"a", "=", [0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0x05]),
        new("\"\u0000\"", "&&", [0xDC, 0xFF, 0xFF]), new("01", "==", [0xDE, 0x00, 0x05]), new("[1,]", "&=&", [0xD9, 0xFF]),
    ];

    public static HostileValue Text(string text) => new(JsonSerializer.Serialize(text), Uri.EscapeDataString(text), Packed((ref MessagePackWriter writer) => writer.Write(text)));

    public static HostileValue Number(string text) => new(text, text, Packed((ref MessagePackWriter writer) =>
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            writer.Write(whole);
        else
            writer.Write(double.Parse(text, CultureInfo.InvariantCulture));
    }));

    private delegate void Write(ref MessagePackWriter writer);

    private static byte[] Packed(Write write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
