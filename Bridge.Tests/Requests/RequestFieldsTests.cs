using Bridge.Contracts;
using Bridge.Server.Messages;
using Bridge.Server.Requests;

namespace Bridge.Tests.Requests;

/// <summary>What is read, and what is said where it cannot be, in JSON.</summary>
public sealed class RequestFieldsTests
{
    [Fact]
    public void Read_EveryKindOfMember_GivesItsValue()
    {
        var fields = Fields.FromHub("""{"text":"é\ud83d\ude00","flag":false,"number":-7,"bytes":"AP8=","pairs":[["a","b"],["a",""]]}""");

        fields.RequiredText("text").Should().Be("é😀");
        fields.Flag("flag", otherwise: true).Should().BeFalse();
        fields.Number("number", -7, 0).Should().Be(-7);
        fields.Bytes("bytes")!.Value.ToArray().Should().Equal(0, 0xFF);
        fields.Pairs("pairs")!.Select(pair => string.Join('=', pair)).Should().Equal("a=b", "a=");
        fields.Has("text").Should().BeTrue();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"x":null}""")]
    public void Read_AbsentOrNull_IsAbsent(string json)
    {
        var fields = Fields.FromHub(json);

        fields.Has("x").Should().BeFalse();
        fields.OptionalText("x").Should().BeNull();
        fields.Flag("x", otherwise: true).Should().BeTrue();
        fields.Number("x", 1, 2).Should().BeNull();
        fields.Bytes("x").HasValue.Should().BeFalse();
        fields.Pairs("x").Should().BeNull();
        ShouldBeRefused(() => fields.RequiredText("x"), "'x' is missing.");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    public void OptionalText_NoWellFormedString_IsRefused(string value) =>
        ShouldBeRefused(() => Fields.FromHub($$"""{"x":{{value}}}""").OptionalText("x"), "'x' must be a string of well-formed Unicode.");

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("[true]")]
    public void Flag_NoBoolean_IsRefused(string value) =>
        ShouldBeRefused(() => Fields.FromHub($$"""{"x":{{value}}}""").Flag("x", false), "'x' must be true or false.");

    [Theory]
    [InlineData("0")]
    [InlineData("6")]
    [InlineData("1.5")]
    [InlineData("\"3\"")]
    [InlineData("1e400")]
    [InlineData("9223372036854775808")]
    [InlineData("[3]")]
    public void Number_NotInRangeOrNoInteger_IsRefused(string value) =>
        ShouldBeRefused(() => Fields.FromHub($$"""{"x":{{value}}}""").Number("x", 1, 5), "'x' must be a whole number between 1 and 5.");

    [Theory]
    [InlineData("\"AP8\"")]
    [InlineData("\"=\"")]
    [InlineData("\"é\"")]
    [InlineData("\"_-__\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("7")]
    public void Bytes_NoBase64_IsRefused(string value) =>
        ShouldBeRefused(() => Fields.FromHub($$"""{"x":{{value}}}""").Bytes("x"), "'x' must be base64 (or bin in MessagePack).");

    [Fact]
    public void Bytes_EmptyString_IsNoByte() => Fields.FromHub("""{"x":""}""").Bytes("x")!.Value.Length.Should().Be(0);

    [Theory]
    [InlineData("""{"a":"b"}""")]
    [InlineData("""["a","b"]""")]
    [InlineData("""[["a"]]""")]
    [InlineData("""[["a","b","c"]]""")]
    [InlineData("""[["a",1]]""")]
    [InlineData("""[["a",null]]""")]
    [InlineData("""[["a","\ud800"]]""")]
    [InlineData("\"[]\"")]
    public void Pairs_NoPairsOfStrings_IsRefused(string value) =>
        ShouldBeRefused(() => Fields.FromHub($$"""{"x":{{value}}}""").Pairs("x"), "'x' must be a list of [name, value] pairs of strings.");

    [Theory]
    [InlineData("""{"x":1,"x":1}""")]
    [InlineData("""{"x":1,"\u0078":null}""")]
    public void Read_MemberTwice_IsRefusedThroughBothDoors(string json)
    {
        ShouldBeRefused(() => Fields.FromHub(json).Has("y"), "'x' is there more than once.");
        ShouldBeRefused(() => Fields.FromHttp(json).Has("y"), "*x*");
    }

    [Fact]
    public void Read_NamesThatDifferInCase_AreDifferentMembers() => Fields.FromHub("""{"X":"1"}""").Has("x").Should().BeFalse();

    [Theory]
    [InlineData("null", "null")]
    [InlineData("[]", "array")]
    [InlineData("\"text\"", "string")]
    [InlineData("1", "number")]
    public void Read_NoObject_IsRefusedWithItsCode(string json, string kind)
    {
        ShouldBeRefused(() => Fields.FromHub(json).Has("x"), $"One object is expected, not {kind}.");
        ShouldBeRefused(() => Fields.FromHttp(json).Has("x"), $"One object is expected, not {kind}.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{'x':1}")]
    [InlineData("""{"x":NaN}""")]
    [InlineData("{} {}")]
    [InlineData("{\"x\":1,}")]
    public void ParseObject_NoJson_IsRefused(string json) => ShouldBeRefused(() => Fields.FromHttp(json), "The body is not a JSON object: *");

    [Fact]
    public void ParseObject_NestedTooDeeply_IsRefused() =>
        ShouldBeRefused(() => Fields.FromHttp($$"""{"message":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""), "The body is not a JSON object: *");

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"\ud800":1,"\ud800":1}""")]
    public void Read_NameOfHalfASurrogatePair_IsRefused(string json)
    {
        ShouldBeRefused(() => Fields.FromHub(json).Has("x"), "*");
        ShouldBeRefused(() => Fields.FromHttp(json).Has("x"), "*");
    }

    [Fact]
    public void ParseObject_InvalidUtf8_IsRefused()
    {
        byte[] body = [.. "{\"topic\":\""u8, 0xFF, .. "\",\"message\":[\""u8, 0xFF, .. "\"]}"u8];

        ShouldBeRefused(() => FieldJson.ParseObject(body).RequiredText("topic"), "*Unicode*");
        ShouldBeRefused(() => FieldJson.ParseObject(body).Payload(), "*Unicode*");
    }

    internal static void ShouldBeRefused(Func<object?> read, string detail, string code = ErrorCodes.RequestInvalid)
    {
        var act = () => read();
        act.Should().Throw<BridgeException>().WithMessage(detail).Which.Code.Should().Be(code);
    }
}
