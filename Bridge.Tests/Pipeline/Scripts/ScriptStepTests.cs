using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Scripts;

public sealed class ScriptStepTests
{
    private readonly ScriptScene _scene = new();

    [Theory]
    [InlineData("")]
    [InlineData("return m;")]
    [InlineData("return {};")]
    [InlineData("return { ...m };")]
    [InlineData("JSON.stringify(m); m.bytes.length; m.userProperties; return m;")]
    [InlineData("m.topic = m.topic + ''; m.qos = 1; return m;")]
    public void OnMessage_Unchanged_PassesTheSameMessage(string body) => _scene.RunBody(body).Outcome.Should().Be(StepOutcome.Pass);

    [Theory]
    [InlineData("return null;")]
    [InlineData("return false;")]
    public void OnMessage_NullOrFalse_IsDropped(string body) => _scene.RunBody(body).Outcome.Should().Be(StepOutcome.Drop);

    [Theory]
    [InlineData("const v = JSON.parse(m.message); m.message = v.value * 2; return m;", "43")]
    [InlineData("m.message = 'ä€';", "ä€")]
    [InlineData("m.message = { a: [1, null, true], b: undefined };", """{"a":[1,null,true]}""")]
    [InlineData("return { message: null };", "null")]
    [InlineData("m.message = new Uint8Array([65, 66]);", "AB")]
    [InlineData("m.message = new Uint8Array([65, 66]).buffer;", "AB")]
    [InlineData("m.bytes = new Uint8Array([64, 65, 66]).subarray(1);", "AB")]
    [InlineData("m.bytes[0] = 65; return m;", """A"value":21.5}""")]
    [InlineData("return { ...m, message: 'new' };", "new")]
    [InlineData("return { ...m, bytes: new Uint8Array([66]) };", "B")]
    public void OnMessage_MessageSet_IsThePayload(string body, string text) =>
        _scene.RunBody(body).Message!.GetText().Should().Be(text);

    [Fact]
    public void OnMessage_AllMembersSet_AreInTheMessage()
    {
        var made = _scene.RunBody("""
            return { brokerKey: "cloud", topic: "a/b", qos: 2, retain: true, contentType: "text/plain", userProperties: [["unit", "C"]],
                     responseTopic: "r", correlationData: new Uint8Array([1, 2]), expiresAt: new Date("2026-11-22T10:00:00.123Z") };
            """).Message!;

        (made.BrokerKey, made.Topic, made.QualityOfService, made.Retain).Should().Be(("cloud", "a/b", QualityOfService.ExactlyOnce, true));
        (made.ContentType, made.ResponseTopic).Should().Be(("text/plain", "r"));
        made.UserProperties.Should().Equal(new UserProperty("unit", "C"));
        made.CorrelationData!.Value.ToArray().Should().Equal(1, 2);
        made.ExpiresAt.Should().Be(new DateTimeOffset(2026, 11, 22, 10, 0, 0, 123, TimeSpan.Zero));
        made.GetText().Should().Be("""{"value":21.5}""", "what is missing is as it was");
    }

    [Fact]
    public void OnMessage_AllMembersRead_AreThoseOfTheMessage()
    {
        var message = ScriptScene.Message() with
        {
            Retain = true,
            Source = MessageSource.Retained,
            ContentType = "text/plain",
            UserProperties = [new("a", "b")],
            ResponseTopic = "r",
            CorrelationData = new byte[] { 7 },
            ExpiresAt = DateTimeOffset.UnixEpoch,
        };

        var step = _scene.Step("function onMessage(m, context) { m.message = JSON.stringify({ ...m, bytes: m.bytes.length, correlationData: [...m.correlationData], user: context.user }); }");
        ScriptScene.Call(step, message, "ann").Message!.GetText().Should().Be("""
            {"brokerKey":"plant","topic":"plant/1/temp","message":"{\"value\":21.5}","bytes":14,"qos":1,"retain":true,"receivedAt":"1970-01-01T00:00:00.123Z","source":"retained","contentType":"text/plain","userProperties":[["a","b"]],"responseTopic":"r","correlationData":[7],"expiresAt":"1970-01-01T00:00:00.000Z","user":"ann"}
            """);
    }

    [Fact]
    public void OnMessage_PayloadNoText_HasBytesOnly()
    {
        var message = ScriptScene.Message() with { Payload = new byte[] { 0xFF, 0x01 } };

        _scene.RunBody("return { message: m.message === undefined ? m.bytes[0] : 'text' };", message).Message!.GetText().Should().Be("255");
        _scene.RunBody("return { message: m.message };", message).Outcome.Should().Be(StepOutcome.Pass);
    }

    [Fact]
    public void OnMessage_Array_IsSplitInOrder()
    {
        var result = _scene.RunBody("return [{ topic: 'a' }, m, { topic: 'b', message: 1 }];");

        result.Outcome.Should().Be(StepOutcome.Split);
        result.Messages.Select(made => (made.Topic, made.GetText())).Should().Equal(("a", """{"value":21.5}"""), ("plant/1/temp", """{"value":21.5}"""), ("b", "1"));
    }

    [Theory]
    [InlineData("reject('too hot');")]
    [InlineData("try { reject('too hot'); } catch { return m; }")]
    [InlineData("try { reject('too hot'); } finally { return m; }")]
    public void OnMessage_Reject_EndsTheCall(string body)
    {
        var result = _scene.RunBody(body);

        (result.Outcome, result.Reason).Should().Be((StepOutcome.Reject, "too hot"));
    }

    [Theory]
    [InlineData("return 'text';", "*it returned a string: return the message*")]
    [InlineData("return [1];", "*it returned a number*")]
    [InlineData("return { payload: 1 };", "*the member payload, which messages do not have*")]
    [InlineData("m.qos = 3;", "*qos must be 0, 1 or 2*")]
    [InlineData("m.retain = 1;", "*retain must be true or false*")]
    [InlineData("m.topic = 5;", "*topic must be a string*")]
    [InlineData("m.topic = 'a/#';", "*topic is none: *wildcard*")]
    [InlineData("m.message = undefined;", "*message must be a string*")]
    [InlineData("m.message = () => 1;", "*message must be a string*")]
    [InlineData("m.bytes = 'x';", "*bytes must be a Uint8Array*")]
    [InlineData("return { message: 'x', bytes: new Uint8Array(1) };", "*bytes and message cannot both be set*")]
    [InlineData("m.userProperties = [['a']];", "*userProperties must be an array of ?name, value*")]
    [InlineData("m.expiresAt = 'soon';", "*expiresAt must be a Date*")]
    [InlineData("m.source = 'x';", "*source cannot be changed*")]
    public void OnMessage_NothingThatCanBe_SaysWhatIsWrong(string body, string message) =>
        _scene.Invoking(scene => scene.RunBody(body)).Should().Throw<ScriptException>().WithMessage(message);

    [Fact]
    public void OnMessage_Throws_SaysWhere()
    {
        var step = _scene.Step("\nfunction onMessage(m) {\n  const v = m.message.value;\n  return v.x;\n}");

        FluentActions.Invoking(() => ScriptScene.Call(step)).Should().Throw<ScriptException>().WithMessage("steps/decode.js:4:*: TypeError: *x*");
    }

    [Fact]
    public void OnMessage_OfTwoBrokers_HasGlobalsOfItsOwn()
    {
        var step = _scene.Step("let count = 0; function onMessage(m) { m.message = ++count; } function onRead(m) { m.message = ++count; }");
        var other = ScriptScene.Message() with { BrokerKey = "other" };

        ScriptScene.Call(step).Message!.GetText().Should().Be("1");
        ScriptScene.Call(step).Message!.GetText().Should().Be("2");
        ScriptScene.Call(step, other).Message!.GetText().Should().Be("1");
        ScriptScene.Call(step, other, stage: StepStage.Read).Message!.GetText().Should().Be("2", "the functions of one broker share them");
    }

    [Fact]
    public void OnMessage_MoreBrokersThanEngines_ForgetsTheOldest()
    {
        var step = _scene.Step("let count = 0; function onMessage(m) { m.message = ++count; }");
        for (var i = 0; i <= 256; i++)
            ScriptScene.Call(step, ScriptScene.Message() with { BrokerKey = $"b{i}" });

        ((ScriptStep)step).Engines.Should().Be(256);
        ScriptScene.Call(step, ScriptScene.Message() with { BrokerKey = "b256" }).Message!.GetText().Should().Be("2");
        ScriptScene.Call(step, ScriptScene.Message() with { BrokerKey = "b0" }).Message!.GetText().Should().Be("1");
    }

    [Fact]
    public void Console_MoreThanTenLines_AreCountedOnly()
    {
        var scene = new ScriptScene { Time = new FakeTimeProvider() };
        scene.RunBody("console.log('a\\nb', { x: 1 }, 2); console.error('bad'); for (let i = 0; i < 100; i++) console.info('i', i);");

        var lines = scene.Logs.Entries.Items;
        lines.Should().HaveCountLessThan(30);
        lines.Should().Contain(entry => entry.Level == LogLevel.Information && entry.Message == "Step decode: a\\u000Ab {\"x\":1} 2");
        lines.Should().Contain(entry => entry.Level == LogLevel.Warning && entry.Message == "Step decode: bad");
    }

    [Fact]
    public async Task Abandon_CallStuck_LeavesItsEngineToIt()
    {
        var time = new FakeTimeProvider();
        var scene = new ScriptScene { Time = time };
        scene.Limits.Statements = 1_000_000_000;
        var step = scene.Load("let n = 0; function onMessage(m) { n++; if (m.topic === 'stuck') { console.log('stuck'); while (true); } m.message = n; }").Step;
        ScriptScene.Call(step).Message!.GetText().Should().Be("1");
        var stuck = Task.Run(() => FluentActions.Invoking(() => ScriptScene.Call(step, ScriptScene.Message() with { Topic = "stuck" })).Should().Throw<StepOverrunException>());
        await Eventually.HoldsAsync(() => scene.Logs.Entries.Items.Any(entry => entry.Message.EndsWith("stuck", StringComparison.Ordinal)));

        ((IAbandonable)step).Abandon("other");
        ((ScriptStep)step).Engines.Should().Be(1, "the call is of another broker");
        ((IAbandonable)step).Abandon("plant");
        ((ScriptStep)step).Engines.Should().Be(0);

        ScriptScene.Call(step).Message!.GetText().Should().Be("1", "the engine is another one");
        await stuck;
        scene.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == 12111);
    }
}
