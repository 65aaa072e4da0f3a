using Bridge.Contracts.Steps;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class PickFieldStepTests
{
    [Theory]
    [InlineData("a", """{"a":21.50}""", "21.50")]
    [InlineData("a", """ {"a" : 1e400 } """, "1e400")]
    [InlineData("a", """{"a":-0}""", "-0")]
    [InlineData("a", """{"a":12345678901234567890123}""", "12345678901234567890123")]
    [InlineData("a", """{"a":"x\ty\"\u00e9\ud83d\ude00"}""", "x\ty\"é😀")]
    [InlineData("a", """{"a":""}""", "")]
    [InlineData("a", """{"a":null}""", "null")]
    [InlineData("a", """{"a":true}""", "true")]
    [InlineData("a", """{"a":{ "b" : [ 1.0 , " \" , x" ] , "c":{ } }}""", """{"b":[1.0," \" , x"],"c":{}}""")]
    [InlineData("data.sensors[1].value", """{"data":{"x":[1],"sensors":[{"value":1},{"value":2,"y":{}}]},"z":1}""", "2")]
    [InlineData("[1]", "[1,2,3]", "2")]
    [InlineData("a[0][1]", """{"a":[[1,2]]}""", "2")]
    [InlineData("[0].a", """[{"a":5}]""", "5")]
    [InlineData("/a/0/b", """{"a":[{"b":3}]}""", "3")]
    [InlineData("/a/0", """{"a":{"0":4}}""", "4")]
    [InlineData("/a~1b/~0", """{"a/b":{"~":6}}""", "6")]
    [InlineData("/", """{"":7}""", "7")]
    [InlineData("a.0", """{"a":{"0":8}}""", "8")]
    [InlineData("größe", """{"gr\u00f6ße":9}""", "9")]
    public void Process_ValueAtPath_IsThePayload(string path, string json, string expected)
    {
        var result = Step(path).Run(json);

        result.Outcome.Should().Be(StepOutcome.Change);
        result.Text().Should().Be(expected);
    }

    [Theory]
    [InlineData("a", """{"a":1,"a":2}""", "2")]
    [InlineData("a.b", """{"a":{"b":1},"a":{"b":2},"c":0}""", "2")]
    public void Process_NameTwice_TheLastCounts(string path, string json, string expected) => Step(path).Run(json).Text().Should().Be(expected);

    [Theory]
    [InlineData("a.b", """{"a":{"b":1},"a":{}}""")]
    [InlineData("a", "{}")]
    [InlineData("a", "[1]")]
    [InlineData("a", "5")]
    [InlineData("a.b", """{"a":"b"}""")]
    [InlineData("a[1]", """{"a":[1]}""")]
    [InlineData("a[0]", """{"a":{"0":1}}""")]
    [InlineData("a.0", """{"a":[1]}""")]
    [InlineData("/a/01", """{"a":[1,2]}""")]
    [InlineData("/a/-", """{"a":[1,2]}""")]
    public void Process_NoSuchValue_IsRejected(string path, string json) =>
        Step(path).Run(json).Reason.Should().Be($"The payload has no {path}.");

    [Theory]
    [InlineData("")]
    [InlineData("21.5 C")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1} x""")]
    [InlineData("""{"a":1}{"a":2}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{'a':1}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"\ud800":1,"a":1} //""")]
    public void Process_NoJson_IsRejected(string payload) => Step("a").Run(payload).Reason.Should().Be("The payload is no JSON.");

    [Fact]
    public void Process_InvalidUtf8_IsRejected() =>
        Step("a").Run(TestMessages.Message("t", [.. "{\"a\":\""u8, 0xFF, .. "\"}"u8])).Reason.Should().Be("The payload is no JSON.");

    [Fact]
    public void Process_NestedTooDeep_IsRejected() =>
        Step("a").Run(new string('[', 100_000)).Reason.Should().Be("The payload is no JSON.");

    [Fact]
    public void Process_HalfASurrogatePair_IsRejected() =>
        Step("a").Run("""{"a":"\ud800"}""").Reason.Should().Be("a is no well-formed Unicode.");

    [Theory]
    [InlineData("drop", StepOutcome.Drop)]
    [InlineData("Pass", StepOutcome.Pass)]
    [InlineData("reject", StepOutcome.Reject)]
    public void Process_MissingIsSet_DoesSo(string missing, StepOutcome expected)
    {
        var step = ReadyStepOf.Group($$""" "PickField": { "Path": "a", "Missing": "{{missing}}" } """);

        step.Run("{}").Outcome.Should().Be(expected);
        step.Run("no JSON").Outcome.Should().Be(expected);
        step.Run("""{"a":1}""").Outcome.Should().Be(StepOutcome.Change);
    }

    [Fact]
    public void Process_ContentTypeOfJson_StaysWithJsonOnly()
    {
        var message = TestMessages.Message("t", """{"a":"x","b":1}""") with { ContentType = "application/json", Retain = true };

        var picked = Step("b").Run(message).Message!;
        picked.GetText().Should().Be("1");
        (picked with { Payload = message.Payload }).Should().Be(message, "nothing else changes");
        Step("a").Run(message).Message!.ContentType.Should().BeNull();
    }

    [Fact]
    public void Process_Deletion_Passes() => Step("a").Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Process_NothingToPick_AllocatesNothing()
    {
        var message = TestMessages.Message("t", """{"data":{"humidity":[1,2,{"x":"y"}]}}""");

        ReadyStepOf.Group(""" "PickField": { "Path": "data.temp", "Missing": "drop" } """).Allocated(message, StepOutcome.Drop).Should().Be(0);
        ReadyStepOf.Group(""" "PickField": { "Path": "data.temp", "Missing": "pass" } """).Allocated(message, StepOutcome.Pass).Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.")]
    [InlineData(".a")]
    [InlineData("a..b")]
    [InlineData("a[")]
    [InlineData("a[]")]
    [InlineData("a[-1]")]
    [InlineData("a[x]")]
    [InlineData("a[01]")]
    [InlineData("a[99999999999]")]
    [InlineData("a[0]b")]
    [InlineData("a.[0]")]
    [InlineData("a]b")]
    [InlineData("/a/~2")]
    [InlineData("/a~")]
    public void Check_NoPath_SaysSo(string path) =>
        ReadyStepOf.GroupErrors($$""" "PickField": { "Path": "{{path}}", "Missing": "reject" } """).Should().ContainSingle()
            .Which.Should().StartWith("PickField:Path: ");

    private static MessageStep Step(string path) => ReadyStepOf.Group($$""" "PickField": { "Path": "{{path}}" } """);
}
