using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// Functions that call others, many times in one step: where those are the engine's own, and so have no statements, each call is counted.
/// </summary>
internal sealed class ScriptCallbacks(ScriptRealm realm)
{
    private static readonly string[] OfArrays =
    [
        "map", "forEach", "filter", "some", "every", "find", "findIndex", "findLast", "findLastIndex", "reduce", "reduceRight", "flatMap",
    ];

    /// <summary>What the engine takes for each number that it sorts.</summary>
    private const long BytesPerSorted = 32;

    public void Replace()
    {
        var typedArrays = realm.Find("Uint8Array").Prototype!.Get("prototype").AsObject();
        foreach (var owner in new[] { realm.Find("Array.prototype"), typedArrays, realm.Find("Map.prototype"), realm.Find("Set.prototype") })
        {
            foreach (var name in OfArrays)
                CountCalls(owner, name, 0);
            realm.Replace(owner, "sort", Sort);
            realm.Replace(owner, "toSorted", Sort);
        }

        CountCalls(realm.Find("Array"), "from", 1);
        CountCalls(realm.Find("Object"), "groupBy", 1);
        CountCalls(realm.Find("Map"), "groupBy", 1);
        CountCalls(realm.Find("JSON"), "parse", 1);
        realm.Replace(realm.Find("Function.prototype"), "bind", Bind);
    }

    private void CountCalls(Jint.Native.Object.ObjectInstance owner, string name, int position) => realm.Replace(owner, name, (function, self, arguments) =>
    {
        if (arguments.Length > position && arguments[position] is not Jint.Native.Function.ScriptFunction)
            arguments[position] = realm.Counted(arguments[position]);
        return realm.Call(function, self, arguments);
    });

    /// <summary>A bound function of the engine's own copies all its arguments at each level, and has no statement.</summary>
    private JsValue Bind(JsValue function, JsValue self, JsValue[] arguments)
    {
        if (!self.IsCallable())
            throw realm.TypeError("Function.prototype.bind needs a function");

        var (target, bound, first) = (self, arguments.Length > 0 ? arguments[0] : JsValue.Undefined, arguments.Skip(1).ToArray());
        return new ClrFunction(realm.Engine, "bound", (_, more) =>
        {
            realm.Budget.Check();
            return realm.Call(target, bound, [.. first, .. more]);
        });
    }

    /// <summary>Without a function to compare with, the engine compares texts, as long as they may be, and looks at no limit.</summary>
    private JsValue Sort(JsValue function, JsValue self, JsValue[] arguments)
    {
        if (self is JsTypedArray { Length: var length } && length * BytesPerSorted > realm.Budget.Limits.MemoryBytes)
            throw realm.Budget.OverrunMemory();

        var isPlain = self is JsArray && (arguments.Length == 0 || arguments[0].IsUndefined());
        var compare = isPlain ? new ClrFunction(realm.Engine, "", Compare, 2) : arguments.Length > 0 ? realm.Counted(arguments[0]) : JsValue.Undefined;
        return realm.Call(function, self, [compare]);
    }

    private JsNumber Compare(JsValue self, JsValue[] values)
    {
        var (one, other) = (TypeConverter.ToString(values[0]), TypeConverter.ToString(values[1]));
        realm.Budget.Look();
        return JsNumber.Create(string.CompareOrdinal(one, other));
    }
}
