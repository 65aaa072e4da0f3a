using Bridge.Contracts.Steps;
using Bridge.Tests.Support;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class JsonSchemaStepTests : IDisposable
{
    private const string Reading = """
        {
          "type": "object", "required": ["temp"], "additionalProperties": false,
          "properties": {
            "temp": { "type": "number", "minimum": -40, "exclusiveMaximum": 125 },
            "unit": { "enum": ["C", "F"] },
            "tags": { "type": "array", "items": { "type": "string", "pattern": "^[a-z]+$" } },
            "parent": { "$ref": "#" }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"temp":21.5}""")]
    [InlineData("""{"temp":-40,"unit":"C","tags":["a","b"],"parent":{"temp":1}}""")]
    public void Process_ValidPayload_Passes(string payload) => Step(Reading).Run(payload).Outcome.Should().Be(StepOutcome.Pass);

    [Theory]
    [InlineData("{}", "PropertyRequired at #/temp")]
    [InlineData("""{"temp":"hot and secret"}""", "NumberExpected at #/temp")]
    [InlineData("""{"temp":125}""", "NumberTooBig at #/temp")]
    [InlineData("""{"temp":1,"unit":"K"}""", "NotInEnumeration at #/unit")]
    [InlineData("""{"temp":1,"tags":["a","B"]}""", "ArrayItemNotValid at #/tags[1]")]
    [InlineData("""{"temp":1,"x":1}""", "NoAdditionalPropertiesAllowed at #/x")]
    [InlineData("[]", "ObjectExpected at #/")]
    public void Process_InvalidPayload_IsRejectedWithWhereAndWhat(string payload, string expected) =>
        Step(Reading).Run(payload).Reason.Should().Be($"The payload is not valid against its schema: {expected}.");

    [Theory]
    [InlineData("")]
    [InlineData("{'temp':1}")]
    [InlineData("{\"temp\":1} // fine")]
    [InlineData("{\"temp\":NaN}")]
    [InlineData("{\"temp\":1}{}")]
    public void Process_NoJson_IsRejected(string payload) => Step(Reading).Run(payload).Reason.Should().Be("The payload is no JSON.");

    [Fact]
    public void Process_LongPath_IsBounded() =>
        Step(Reading).Run($$"""{"temp":1,"{{new string('x', 10_000)}}":1}""").Reason!.Length.Should().BeInRange(200, 300);

    [Theory]
    [InlineData("""{"temp":123456789012345678901234567890}""")]
    [InlineData("""{"temp":-123456789012345678901234567890}""")]
    public void Process_NumberWithoutEnd_IsRejected(string payload) => Step(Reading).Run(payload).Outcome.Should().Be(StepOutcome.Reject);

    [Fact]
    public void Process_Deletion_Passes() => Step(Reading).Run("", retain: true).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Process_ManyAtATime_AgreeWithEachOther()
    {
        var step = Step(Reading);

        Parallel.For(0, 2_000, i => step.Run(i % 2 == 0 ? """{"temp":1}""" : """{"temp":"x"}""").Outcome
            .Should().Be(i % 2 == 0 ? StepOutcome.Pass : StepOutcome.Reject));
    }

    [Theory]
    [InlineData("", "is no JSON schema")]
    [InlineData("{", "is no JSON schema")]
    [InlineData("[]", "is no JSON object")]
    [InlineData("""{"properties":[]}""", "is no JSON schema")]
    [InlineData("""{"type":"float"}""", "has #/type 'float'; known are array, boolean")]
    [InlineData("""{"properties":{"a":{"type":["string","text"]}}}""", "has #/properties/a/type 'text'")]
    [InlineData("""{"properties":{"a":{"const":1}}}""", "has #/properties/a/const, a keyword that is not supported")]
    [InlineData("""{"items":[{},{"if":{}}]}""", "has #/items/1/if, a keyword that is not supported")]
    [InlineData("""{"$ref":"http://example.org/x.json"}""", "has #/$ref to elsewhere")]
    [InlineData("""{"$ref":"other.json"}""", "has #/$ref to elsewhere")]
    [InlineData("""{"$ref":"#/definitions/none"}""", "is no JSON schema")]
    [InlineData("""{"pattern":"("}""", "has #/pattern that is no regular expression")]
    [InlineData("""{"patternProperties":{"[":{}}}""", "has #/patternProperties/[ that is no regular expression")]
    public void Check_BrokenSchema_SaysSoWithItsKey(string schema, string expected)
    {
        _folder.Write("schema.json", schema);

        Errors("schema.json").Should().ContainSingle().Which.Should().StartWith($"JsonSchema:File: {expected}");
    }

    [Theory]
    [InlineData("""{"properties":{"const":{"type":"string"},"type":{"type":"object"}},"enum":[{"if":1}],"default":{"const":2}}""")]
    [InlineData("""{"definitions":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/x"}},"title":"t","x-mine":1}""")]
    public void Check_NamesThatLookLikeKeywords_AreNone(string schema)
    {
        _folder.Write("schema.json", schema);

        Errors("schema.json").Should().BeEmpty();
    }

    [Fact]
    public void Check_NoFile_SaysSo()
    {
        Errors("none.json").Should().ContainSingle().Which.Should().StartWith("JsonSchema:File: there is no file ");
        Errors("").Should().Equal("JsonSchema:File: must be set");
    }

    private IReadOnlyList<string> Errors(string file) => ReadyStepOf.GroupErrors($$""" "JsonSchema": { "File": "{{file}}" } """, _folder.Path);

    private MessageStep Step(string schema)
    {
        _folder.Write("schema.json", schema);
        return ReadyStepOf.Group(""" "JsonSchema": { "File": "schema.json" } """, contentRoot: _folder.Path);
    }
}
