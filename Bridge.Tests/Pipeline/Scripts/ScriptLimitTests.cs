using System.Diagnostics;
using Bridge.Server.Pipeline;
using Bridge.Server.Pipeline.Scripts;

namespace Bridge.Tests.Pipeline.Scripts;

/// <summary>Nothing that a script does takes longer, or more, than it may.</summary>
public sealed class ScriptLimitTests
{
    private const string Ropes = "const s = 'a'.repeat(2e6), a = []; for (let i = 0; i < 5000; i++) a.push(s + (10000 + i));";

    /// <summary>The timeout is 200 ms; what is more than that is a machine that does other things too.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly ScriptScene _scene = new();

    [Theory]
    [InlineData("while (true);")]
    [InlineData("for (;;) {}")]
    [InlineData("do {} while (true)")]
    [InlineData("a: while (true) { while (true) { continue a } }")]
    [InlineData("while (true) { try { while (true); } catch {} }")]
    [InlineData("for (;;) { try { for (;;) {} } finally { continue } }")]
    [InlineData("const o = { get x() { while (true); } }; return o.x;")]
    [InlineData("return { get topic() { while (true); } }")]
    [InlineData("m.message = { toJSON() { while (true); } }; return m;")]
    [InlineData("throw { get message() { while (true); }, toString() { while (true); } }")]
    [InlineData("return [...{ [Symbol.iterator]() { return { next() { return { done: false } } } } }];")]
    [InlineData("return [1].map(() => { while (true); });")]
    [InlineData("return new Array(100000).fill(0).sort(() => Math.random() - 0.5);")]
    [InlineData("reject({ toString() { while (true); } });")]
    [InlineData("const m2 = new Map([[1, 1]]); m2.forEach((v, k) => { m2.delete(k); m2.set(k + 1, 1); });")]
    [InlineData("return new Array(100000).fill('9'.repeat(5e6)).map(Number);")]
    [InlineData("return /^(a+)+$/.test('a'.repeat(40) + '!');")]
    [InlineData("return ('a'.repeat(14) + '!').repeat(10000).match(/(a+)+$|!/g);")]
    [InlineData("return [...('a'.repeat(14) + '!').repeat(10000).matchAll(/(a+)+$|!/gu)];")]
    [InlineData("return ('a'.repeat(14) + '!').repeat(10000).replace(/(a+)+$|!/g, '$&$1');")]
    [InlineData("return ('a'.repeat(14) + '!').repeat(10000).split(/(a+)+$|!/);")]
    public void OnMessage_EndlessLoop_IsEnded(string body) => Overruns(body);

    [Theory]
    [InlineData("'x'.repeat(2 ** 28)")]
    [InlineData("'x'.padEnd(2 ** 28)")]
    [InlineData("'x'.repeat({ n: 0, valueOf() { return this.n++ ? 2 ** 28 : 1 } }) + 'x'.repeat(2 ** 28)")]
    [InlineData("new Array(2 ** 32 - 1).fill(1)")]
    [InlineData("Array.from({ length: 1e9 })")]
    [InlineData("new ArrayBuffer(2 ** 31)")]
    [InlineData("new Uint8Array(2 ** 30).fill(1)")]
    [InlineData("new m.bytes.constructor(2 ** 30).fill(1)")]
    [InlineData("new Uint8Array({ length: 1e9 })")]
    [InlineData("Uint8Array.from({ length: 1e9 })")]
    [InlineData("JSON.stringify(new Array(1000).fill('x'.repeat(1e6)))")]
    [InlineData("JSON.stringify('\\u0001'.repeat(7e6))")]
    [InlineData("new Array(1000).fill('x'.repeat(1e6)).join('')")]
    [InlineData("new Array(10000).fill(8e6).map(String.prototype.repeat, 'x')")]
    [InlineData("new Array(10000).fill(1).map(''.repeat.bind('x', 8e6))")]
    [InlineData("'a'.repeat(50000).replace(/(?=(a*))/g, '$1$1$1$1')")]
    [InlineData("JSON.parse('[' + '{},'.repeat(2e6) + '1]')")]
    [InlineData("new Array(900000).fill({ message: 'x'.repeat(4e6) })")]
    public void OnMessage_MemoryInOneStep_IsEnded(string expression) => Overruns($"return {expression};");

    [Theory]
    [InlineData("let s = 'x'; while (true) s += s;")]
    [InlineData("const a = []; while (true) a.push(a);")]
    [InlineData("const k = new Map(); for (let i = 0;; i++) k.set(i, i);")]
    [InlineData("let o = [1, 2]; for (let i = 0; i < 40; i++) o = [o, o]; return JSON.stringify(o);")]
    [InlineData("let o = [1, 2]; for (let i = 0; i < 40; i++) o = [o, o]; m.message = o;")]
    [InlineData(Ropes + "a.sort();")]
    [InlineData(Ropes + "new Set(a);")]
    [InlineData(Ropes + "new Set(a.values());")]
    [InlineData(Ropes + "new Map(a.map(x => [x, 1]));")]
    [InlineData(Ropes + "a.includes(s + '99999');")]
    [InlineData(Ropes + "Math.max(...a);")]
    [InlineData(Ropes + "String.raw({ raw: a });")]
    [InlineData(Ropes + "return { userProperties: a.map(x => [x, x]) };")]
    public void OnMessage_MemoryInManySteps_IsEnded(string body) => Overruns(body);

    [Theory]
    [InlineData("function r() { return 1 + r(); } return r();")]
    [InlineData("const o = { get x() { return this.x } }; return o.x;")]
    [InlineData("const o = { toString() { return '' + o } }; return '' + o;")]
    [InlineData("let a = []; for (let i = 0; i < 90000; i++) a = [a]; return String(a);")]
    [InlineData("let a = []; for (let i = 0; i < 90000; i++) a = [a]; return a.flat(Infinity);")]
    [InlineData("let f = () => 1; for (let i = 0; i < 90000; i++) f = f.bind(null, 1, 2, 3); return f();")]
    public void OnMessage_Deep_IsEnded(string body) => Overruns(body);

    [Theory]
    [InlineData("JSON.parse('['.repeat(100000) + ']'.repeat(100000));", "*depth*")]
    [InlineData("let o = []; for (let i = 0; i < 90000; i++) o = [o]; return JSON.stringify(o);", "*nest deeper*")]
    [InlineData("const o = {}; o.o = o; m.message = o;", "*nest deeper*")]
    [InlineData("eval('1')", "*eval*")]
    [InlineData("new Function('return 1')()", "*")]
    [InlineData("(() => {}).constructor('return 1')()", "*")]
    [InlineData("new Proxy({}, {})", "*Proxy is not defined*")]
    [InlineData("Promise.resolve()", "*Promise is not defined*")]
    [InlineData("System.IO.File", "*System is not defined*")]
    public void OnMessage_WhatCannotBe_Throws(string body, string message) =>
        _scene.Invoking(scene => scene.RunBody(body)).Should().Throw<ScriptException>().WithMessage(message);

    [Fact]
    public void OnMessage_DeepPayload_Throws()
    {
        var message = ScriptScene.Message(new string('[', 100_000) + new string(']', 100_000));

        _scene.Invoking(scene => scene.RunBody("JSON.parse(m.message)", message)).Should().Throw<ScriptException>().WithMessage("*depth*");
    }

    [Theory]
    [InlineData("while (true);", "steps/decode.js:1:*: more than 100000 statements (Bridge:Pipeline:ScriptLimits:Statements)")]
    [InlineData("let s = 'x'; while (true) s = s.repeat(2);", "*more than 16777216 bytes of memory (Bridge:Pipeline:ScriptLimits:MemoryBytes)")]
    [InlineData("function r() { return 1 + r(); } r();", "*more than 100) (Bridge:Pipeline:ScriptLimits:CallDepth)")]
    public void OnMessage_Overrun_SaysWhereAndWhichLimit(string body, string message) =>
        _scene.Invoking(scene => scene.RunBody(body)).Should().Throw<StepOverrunException>().WithMessage(message);

    [Fact]
    public void OnMessage_TooLong_SaysSo()
    {
        _scene.Limits.Statements = 1_000_000_000;
        var step = _scene.Load("const step = { timeoutMilliseconds: 50 }; function onMessage() { while (true); }").Step;

        FluentActions.Invoking(() => ScriptScene.Call(step)).Should().Throw<StepOverrunException>()
            .WithMessage("steps/decode.js:1:*: more than 50 ms (timeoutMilliseconds of the step)");
    }

    [Fact]
    public void OnMessage_AfterAnOverrun_GoesOnWithWhatItKnew()
    {
        var step = _scene.Step("let n = 0; function onMessage(m) { n++; if (n === 2) while (true); m.message = n; }");

        ScriptScene.Call(step);
        FluentActions.Invoking(() => ScriptScene.Call(step)).Should().Throw<StepOverrunException>();
        ScriptScene.Call(step).Message!.GetText().Should().Be("3");
    }

    [Fact]
    public void OnMessage_AfterTooMuchMemory_BeginsAnew()
    {
        var step = _scene.Step("let n = 0; function onMessage(m) { n++; if (n === 2) 'x'.repeat(2 ** 28); m.message = n; }");

        ScriptScene.Call(step);
        FluentActions.Invoking(() => ScriptScene.Call(step)).Should().Throw<StepOverrunException>();
        ScriptScene.Call(step).Message!.GetText().Should().Be("1");
        _scene.Logs.Entries.Items.Should().ContainSingle(entry => entry.EventId.Id == 12110);
    }

    [Theory]
    [InlineData("const kept = []; function onMessage(m) { kept.push(m.message + kept.length); }")]
    [InlineData("const kept = new Map(); function onMessage(m) { kept.set(kept.size, [m.message + kept.size]); }")]
    [InlineData("class Kept { static all = {}; } let n = 0; function onMessage(m) { Kept.all['k' + n++] = m.message + n; }")]
    public void OnMessage_KeepsMoreAndMore_BeginsAnew(string code)
    {
        var step = _scene.Step(code);
        var message = ScriptScene.Message(new string('x', 100_000));
        for (var i = 0; i < 2_000 && _scene.Logs.Entries.Items.Count == 0; i++)
            ScriptScene.Call(step, message);

        _scene.Logs.Entries.Items.Should().ContainSingle().Which.Message.Should().Contain("keeps more than");
    }

    [Fact]
    public void OnMessage_AllocatesMuchAndKeepsLittle_GoesOn()
    {
        var step = _scene.Step("let n = 0; function onMessage(m) { n++; m.message = (m.message + n).length + '/' + n; }");
        var message = ScriptScene.Message(new string('x', 100_000));
        for (var i = 0; i < 2_000; i++)
            ScriptScene.Call(step, message);

        ScriptScene.Call(step, message).Message!.GetText().Should().EndWith("/2001");
    }

    private void Overruns(string body)
    {
        var step = _scene.Load($"function onMessage(m) {{ {body} }}").Step;
        var clock = Stopwatch.StartNew();
        FluentActions.Invoking(() => ScriptScene.Call(step)).Should().Throw<StepOverrunException>();
        clock.Elapsed.Should().BeLessThan(Soon);
    }
}
