using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Scripts;

public sealed class ScriptLoaderTests
{
    private readonly ScriptScene _scene = new() { Time = new FakeTimeProvider() };

    [Theory]
    [InlineData("const { default: a, if: b = 1, ...rest } = { default: 1 }; const [c, { class: d }] = [1, { class: 2 }];")]
    [InlineData("class Scale {} let x, y = 1;")]
    public void Load_VariablesOfAnyForm_CanBeLookedAt(string code) =>
        _scene.Load(code + " function onMessage(m) {}").Options.Name.Should().Be("decode");

    [Fact]
    public void Load_NothingSaid_StandsEverywhere()
    {
        var step = _scene.Load("function onMessage() {} const onRead = m => m;");

        (step.Kind, step.Stages).Should().Be((StepKind.Script, StepStages.Message | StepStages.Read));
        step.Options.Should().BeEquivalentTo(new StepOptions { Name = "decode" });
        step.Version.Should().MatchRegex("^[0-9a-f]{12}$");
    }

    [Fact]
    public void Load_Placement_IsTaken()
    {
        var step = _scene.Load("""
            const step = { broker: "plant", topics: ["plant/#", "a/+"], order: -10, onFailure: "bypass", timeoutMilliseconds: 100 };
            function onPublish(m) {}
            """);

        step.Stages.Should().Be(StepStages.Publish);
        step.Options.Should().BeEquivalentTo(new StepOptions
        {
            Name = "decode",
            Broker = "plant",
            Topics = ["plant/#", "a/+"],
            Order = -10,
            OnFailure = StepFailureAction.Bypass,
            TimeoutMilliseconds = 100,
        });
    }

    [Fact]
    public void Load_Shadow_NamesItsStep()
    {
        var options = _scene.Load("function onMessage() {}", "decode.shadow.js").Options;

        (options.Name, options.ShadowOf).Should().Be(("decode.shadow", "decode"));
    }

    [Theory]
    [InlineData("function f() {\n  if (x) {\n  }}\n}", "steps/decode.js:4:1: Unexpected token '}'")]
    [InlineData("const x = 1;", "steps/decode.js:1:1: it defines none of the functions onMessage, onPublish and onRead")]
    [InlineData("const onMessage = 1;", "steps/decode.js:1:1: onMessage must be a function")]
    [InlineData("\nnot.there;", "steps/decode.js:2:1: ReferenceError: not is not defined")]
    [InlineData("\nwhile (true);", "steps/decode.js:2:*: more than 100000 statements*")]
    [InlineData("\nasync function onMessage(m) {}", "steps/decode.js:2:1: Steps are synchronous*")]
    [InlineData("import('x')", "steps/decode.js:1:1: There are no modules")]
    [InlineData("import x from 'x'", "steps/decode.js:1:*")]
    [InlineData("const x = 1n;", "steps/decode.js:1:11: There is no BigInt")]
    [InlineData("function* g() {}", "steps/decode.js:1:1: There are no generators*")]
    [InlineData("with ({}) {}", "steps/decode.js:1:*")]
    public void Load_Broken_SaysWhere(string code, string message) =>
        _scene.Invoking(scene => scene.Load(code)).Should().Throw<ScriptLoadException>().WithMessage(message);

    [Theory]
    [InlineData("[", "]")]
    [InlineData("(", ")")]
    [InlineData("{", "}")]
    [InlineData("!", "")]
    [InlineData("1+", "")]
    [InlineData("a=>", "")]
    [InlineData("if(1)", "")]
    [InlineData("`${", "}`")]
    public void Load_NestedTooDeep_IsRefused(string open, string close)
    {
        var code = string.Concat(Enumerable.Repeat(open, 20_000)) + "1" + string.Concat(Enumerable.Repeat(close, 20_000)) + "\nfunction onMessage() {}";

        _scene.Invoking(scene => scene.Load(code)).Should().Throw<ScriptLoadException>().WithMessage("steps/decode.js:1:1: *nest*");
    }

    [Fact]
    public void Load_SeveralMistakesInThePlacement_SaysAll()
    {
        var loading = _scene.Invoking(scene => scene.Load("""
            const step = {
              broker: "a b", topics: ["a/#/b"], order: 1.5,
              onFailure: "retry", timeoutMilliseconds: 0, topic: "x",
            };
            function onMessage() {}
            """));

        loading.Should().Throw<ScriptLoadException>().Which.Errors.Should().SatisfyRespectively(
            broker => broker.Should().Be("steps/decode.js:2:3: step.broker must be the key of a broker, or \"*\""),
            topics => topics.Should().StartWith("steps/decode.js:2:18: step.topics: a/#/b: "),
            order => order.Should().StartWith("steps/decode.js:2:37: step.order must be a whole number"),
            onFailure => onFailure.Should().StartWith("steps/decode.js:3:3: step.onFailure must be"),
            timeout => timeout.Should().StartWith("steps/decode.js:3:23: step.timeoutMilliseconds must be a whole number between 1 and 60000"),
            topic => topic.Should().StartWith("steps/decode.js:3:47: step has no member topic"));
    }

    [Theory]
    [InlineData("const step = 5; function onMessage() {}")]
    [InlineData("const step = []; function onMessage() {}")]
    [InlineData("const step = { topics: [] }; function onMessage() {}")]
    [InlineData("const step = { topics: 'a' }; function onMessage() {}")]
    [InlineData("const step = { onFailure: null }; function onMessage() {}")]
    public void Load_PlacementOfAnotherType_IsRefused(string code) =>
        _scene.Invoking(scene => scene.Load(code)).Should().Throw<ScriptLoadException>().WithMessage("steps/decode.js:1:*: step*must*");

    [Theory]
    [InlineData("a b.js")]
    [InlineData("ä.js")]
    [InlineData(".js")]
    public void Load_NameNoStepCanHave_IsRefused(string name) =>
        _scene.Invoking(scene => scene.Load("function onMessage() {}", name)).Should().Throw<ScriptLoadException>().WithMessage($"steps/{name}: the name must be*");
}
