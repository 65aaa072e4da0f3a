using System.Text;
using Bridge.Contracts;

namespace Bridge.Tests.Requests;

/// <summary><c>message</c> and <c>messageBase64</c>.</summary>
public sealed class PayloadTests
{
    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"21.5\"", "21.5")]
    [InlineData("\"\\u0000é \\ud83d\\ude00\\\"\"", "\0é 😀\"")]
    [InlineData("1.10", "1.10")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("1E+2", "1E+2")]
    [InlineData("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789")]
    [InlineData("true", "true")]
    [InlineData("[ 1 , null ]", "[1,null]")]
    [InlineData("{ \"b\" : 1.10,\n \"a\" : \"é<\\u002b\\n\" }", "{\"b\":1.10,\"a\":\"é<+\\n\"}")]
    public void Payload_Message_IsItsTextOrCompactJson(string value, string expected)
    {
        var json = $$"""{"message":{{value}}}""";

        foreach (var fields in new[] { Fields.FromHub(json), Fields.FromHttp(json) })
            Encoding.UTF8.GetString(fields.Payload().Span).Should().Be(expected);
    }

    [Fact]
    public void Payload_Base64_IsItsBytes() =>
        Fields.FromHub("""{"messageBase64":"AP8=","message":null}""").Payload().ToArray().Should().Equal(0, 0xFF);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"message":null}""")]
    [InlineData("""{"message":null,"messageBase64":null}""")]
    public void Payload_Absent_IsMissing(string json) =>
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromHub(json).Payload(), "*missing*", ErrorCodes.MessageMissing);

    [Theory]
    [InlineData("""{"message":"","messageBase64":""}""")]
    [InlineData("""{"message":{},"messageBase64":"AP8="}""")]
    public void Payload_Both_IsRefused(string json) =>
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromHub(json).Payload(), "*exclude each other*");

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("{\"a\":{\"b\":\"x\\udc00\"}}")]
    [InlineData("{\"\\ud800\":1}")]
    public void Payload_HalfASurrogatePairAnywhere_IsRefused(string value)
    {
        var json = $$"""{"message":{{value}}}""";

        RequestFieldsTests.ShouldBeRefused(() => Fields.FromHub(json).Payload(), "*Unicode*");
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromHttp(json).Payload(), "*");
    }

    [Theory]
    [InlineData("21.5")]
    [InlineData("{\"a\": 1}")]
    [InlineData("true")]
    [InlineData("")]
    public void Payload_Form_IsTheTextAsItStands(string text) =>
        Encoding.UTF8.GetString(Fields.FromForm(("message", text)).Payload().Span).Should().Be(text);

    [Fact]
    public void Payload_FormWithHalfASurrogatePair_IsRefused() =>
        RequestFieldsTests.ShouldBeRefused(() => Fields.FromForm(("message", "\ud800")).Payload(), "*Unicode*");
}
