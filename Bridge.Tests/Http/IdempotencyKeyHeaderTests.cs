using Bridge.Contracts;
using Bridge.Server.Http;
using Bridge.Server.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bridge.Tests.Http;

public sealed class IdempotencyKeyHeaderTests
{
    [Theory]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("\"a\\\"b\\\\\"", "a\"b\\")]
    [InlineData("\"\\\\\\\"\"", "\\\"")]
    [InlineData("a\"b\\", "a\"b\\")]
    public void Read_QuotedOrBare_IsTheKey(string header, string key) => Read(header).Should().Be(key);

    [Fact]
    public void Read_LongestKey_IsTakenInBothForms()
    {
        var key = new string('"', 255);

        Read("\"" + key.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"").Should().Be(key);
        Read(new string('k', 255)).Should().Be(new string('k', 255));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("\"a\\\"")]
    [InlineData("\"a\"b\"")]
    [InlineData("\"a\\b\"")]
    [InlineData("\"a\" ")]
    [InlineData("\"a b\"")]
    [InlineData("a b")]
    [InlineData("é")]
    public void Read_NoKey_IsRefused(string header) => ShouldBeRefused(header);

    [Fact]
    public void Read_TooLong_IsRefused()
    {
        ShouldBeRefused(new string('k', 256));
        ShouldBeRefused($"\"{new string('k', 256)}\"");
    }

    [Fact]
    public void Read_Twice_IsRefused() => ShouldBeRefused(new StringValues(["a", "a"]));

    [Fact]
    public void Read_NoHeader_IsNoKey() => IdempotencyKeyHeader.Read(new HeaderDictionary()).Should().BeNull();

    private static string? Read(StringValues values) => IdempotencyKeyHeader.Read(new HeaderDictionary { ["Idempotency-Key"] = values });

    private static void ShouldBeRefused(StringValues values) =>
        FluentActions.Invoking(() => Read(values)).Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.RequestInvalid);
}
