using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Ready;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class ConfiguredStepOptionsValidatorTests
{
    private const string Pick = """ "PickField": { "Path": "a" } """;

    [Theory]
    [InlineData($$"""{ "Name": "a.B-9_", "Order": -5, "Broker": "plant", "Topics": ["a/+", "#"], "On": ["message", "PUBLISH", "read"], {{Pick}} }""")]
    [InlineData("""{ "Name": "a", "Class": "Acme.Step", "Settings": { "x": "1" }, "TimeoutMilliseconds": 60000, "On": ["read"] }""")]
    public void Check_WhatIsRight_FindsNothing(string step) => ReadyStepOf.Errors(step).Should().BeEmpty();

    [Theory]
    [InlineData($$"""{ {{Pick}} }""", "Name: must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'")]
    [InlineData($$"""{ "Name": "a b", {{Pick}} }""", "Name: must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'")]
    [InlineData($$"""{ "Name": "a", "Topics": [], {{Pick}} }""", "Topics: must list at least one topic filter")]
    [InlineData($$"""{ "Name": "a", "Topics": ["b", "a#"], {{Pick}} }""", "Topics:1: '#' must be alone in its level of a topic filter; character 2 is not.")]
    [InlineData($$"""{ "Name": "a", "TimeoutMilliseconds": 0, {{Pick}} }""", "TimeoutMilliseconds: must be between 1 and 60000, is 0")]
    [InlineData($$"""{ "Name": "a", "TimeoutMilliseconds": 60001, {{Pick}} }""", "TimeoutMilliseconds: must be between 1 and 60000, is 60001")]
    [InlineData($$"""{ "Name": "a", "On": ["message", "write"], {{Pick}} }""", "On:1: 'write' is none of message, publish, read")]
    [InlineData($$"""{ "Name": "a", "On": ["1"], {{Pick}} }""", "On:0: '1' is none of message, publish, read")]
    [InlineData("""{ "Name": "a", "On": ["read"], "Sparkplug": { "Prefix": "x" } }""", "On:0: Sparkplug cannot be on read")]
    [InlineData("""{ "Name": "a", "On": ["message", "read"], "Rename": { "From": "a", "To": "b" } }""", "On:1: Rename cannot be on read")]
    [InlineData("""{ "Name": "a", "On": ["read"], "RateLimit": { "PerSecond": 1 } }""", "On:0: RateLimit cannot be on read")]
    [InlineData("""{ "Name": "a", "On": ["read"], "Deadband": { "Absolute": 1 } }""", "On:0: Deadband cannot be on read")]
    [InlineData($$"""{ "Name": "a", "Decode": { "Encoding": "hex" }, {{Pick}} }""", "Decode: a step is one thing, and this one has PickField, Decode")]
    [InlineData($$"""{ "Name": "a", "Class": "Acme.Step", {{Pick}} }""", "Class: a step is one thing, and this one has PickField, Class")]
    [InlineData($$"""{ "Name": "a", "Settings": { "x": "1" }, {{Pick}} }""", "Settings: is only for a Class")]
    [InlineData("""{ "Name": "a", "Class": "" }""", "Class: must not be empty")]
    public void Check_WhatIsWrong_IsSaidWithItsKey(string step, string expected) => ReadyStepOf.Errors(step).Should().Equal(expected);

    [Theory]
    [InlineData("""{ "Name": "a" }""")]
    [InlineData("""{ "Name": "a", "Sparkplug": {} }""")]
    public void Check_NoGroup_NamesAllThatThereAre(string step) => ReadyStepOf.Errors(step).Should().Equal(
        "Class: is not set, and none of PickField, Rename, RateLimit, Deadband, JsonSchema, Decode, Sparkplug with a setting in it");

    [Fact]
    public void Check_ManyMistakes_FindsThemAll() =>
        ReadyStepOf.Errors("""{ "Name": "", "Topics": [""], "On": ["x"], "RateLimit": { "Burst": 0 }, "PickField": { "Missing": "pass" } }""")
            .Should().HaveCount(7);

    [Fact]
    public void Kinds_AreAllGroupsOfTheOptions() =>
        ReadySteps.Kinds.Select(kind => kind.Name).Should().Equal(
            typeof(ConfiguredStepOptions).GetProperties().Where(property => property.PropertyType.Namespace == typeof(ReadySteps).Namespace).Select(property => property.Name));

    [Theory]
    [InlineData(null, (int)StepStages.Message)]
    [InlineData("read", (int)StepStages.Read)]
    [InlineData("Message,publish", (int)(StepStages.Message | StepStages.Publish))]
    public void StagesOf_On_AreItsWays(string? on, int expected) =>
        ReadySteps.StagesOf(new ConfiguredStepOptions { On = [.. on?.Split(',') ?? []] }).Should().Be((StepStages)expected);

    [Fact]
    public void Create_Class_IsNotMadeHere()
    {
        var options = new ConfiguredStepOptions { Class = "Acme.Step" };

        ReadySteps.Create(options, "/", TimeProvider.System).Should().BeNull();
        ReadySteps.StagesOf(options).Should().Be(StepStages.None);
    }
}
