using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// The globals of an engine: taken away, and replaced. The engine looks at its limits between statements, and in its own functions after
/// every 10,000 steps; what takes much in one step, or waits, is not there or looks for itself.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="budget">What a call has left.</param>
internal sealed class ScriptRealm(Engine engine, ScriptBudget budget)
{
    /// <summary>How long a regular expression may search: it looks at no other limit.</summary>
    public static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// What waits, or runs when nobody waits for it (promises, weak references, atomics); what no limit holds down (BigInt, chains of proxies
    /// and of iterators); and what would be a world of its own (Intl, Temporal, realms).
    /// </summary>
    private static readonly string[] Removed =
    [
        "Promise", "WeakRef", "FinalizationRegistry", "Atomics", "SharedArrayBuffer", "AsyncDisposableStack", "DisposableStack", "BigInt",
        "BigInt64Array", "BigUint64Array", "Proxy", "Iterator", "Intl", "Temporal", "ShadowRealm", "eval",
    ];

    private static readonly (string Owner, string[] Names)[] RemovedMembers =
    [
        ("Array", ["fromAsync"]),
        ("ArrayBuffer.prototype", ["transfer", "transferToFixedLength", "transferToImmutable", "resize"]),
        ("DataView.prototype", ["getBigInt64", "getBigUint64", "setBigInt64", "setBigUint64"]),
        ("String.prototype", ["anchor", "big", "blink", "bold", "fixed", "fontcolor", "fontsize", "italics", "link", "small", "strike", "sub", "sup"]),
    ];

    private readonly Jint.Native.Error.ErrorConstructor _rangeError = (Jint.Native.Error.ErrorConstructor)engine.Global.Get("RangeError");

    public Engine Engine => engine;

    public ScriptBudget Budget => budget;

    public void Harden()
    {
        foreach (var name in Removed)
            engine.Global.Delete(name);
        foreach (var (owner, names) in RemovedMembers)
        {
            foreach (var name in names)
                Find(owner).Delete(name);
        }

        RemoveIteratorHelpers();
        new ScriptCallbacks(this).Replace();
        new ScriptTexts(this).Replace();
        new ScriptRegExps(this).Replace();
        new ScriptBuffers(this).Replace();
    }

    public ObjectInstance Find(string path) =>
        path.Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate((ObjectInstance)engine.Global, (owner, name) => owner.Get(name).AsObject());

    /// <summary>Has another function in a function's place; it gets that one, to call it.</summary>
    public void Replace(ObjectInstance owner, JsValue name, Func<JsValue, JsValue, JsValue[], JsValue> body)
    {
        var before = owner.Get(name);
        if (before is not Function)
            return;

        var function = new ClrFunction(engine, before.Get("name").ToString(), (self, arguments) => body(before, self, arguments), (int)before.Get("length").AsNumber());
        owner.DefineOwnProperty(name, new PropertyDescriptor(function, writable: true, enumerable: false, configurable: true));
    }

    public JsValue Call(JsValue function, JsValue self, JsValue[] arguments)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return engine.Call(function, self, arguments);
    }

    /// <summary>A function of the engine's own, which counts as a statement each time that it is called.</summary>
    public JsValue Counted(JsValue function) => function is ScriptFunction || !function.IsCallable()
        ? function
        : new ClrFunction(engine, "", (self, arguments) =>
        {
            budget.Check();
            budget.Look();
            return Call(function, self, arguments);
        });

    /// <summary>Refuses to read more text at once than a call may allocate: texts that were put together are copied when they are read.</summary>
    public void Weigh(IEnumerable<JsValue> values)
    {
        var characters = 0L;
        foreach (var value in values)
        {
            characters += value is JsArray { Length: 2 } pair ? Length(pair[0]) + Length(pair[1]) : Length(value);
            if (characters * sizeof(char) > budget.Limits.MemoryBytes)
                throw budget.OverrunMemory();
        }

        static long Length(JsValue value) => value is JsString text ? text.Length : 0;
    }

    /// <summary>Refuses text that is longer than a call may allocate.</summary>
    public void Bound(StringBuilder text)
    {
        if (text.Length * (long)sizeof(char) > budget.Limits.MemoryBytes)
            throw budget.OverrunMemory();
    }

    public JavaScriptException RangeError(string message) => new(_rangeError, message);

    public JavaScriptException TypeError(string message) => new(engine.Intrinsics.TypeError, message);

    private void RemoveIteratorHelpers()
    {
        var ofArrays = new JsArray(engine).Get("values");
        var prototype = engine.Call(ofArrays, new JsArray(engine), []).AsObject().Prototype?.Prototype;
        foreach (var key in prototype?.GetOwnPropertyKeys(Types.String) ?? [])
            prototype!.Delete(key);
    }
}
