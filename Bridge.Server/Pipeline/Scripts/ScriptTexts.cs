using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Functions that make much text, or many parts of one, in one step.</summary>
internal sealed class ScriptTexts(ScriptRealm realm)
{
    /// <summary>What one match may take, with the array that it is in.</summary>
    private const int BytesPerMatch = 64;

    private static readonly (string Name, JsSymbol Symbol)[] Searches =
    [
        ("match", GlobalSymbolRegistry.Match), ("matchAll", GlobalSymbolRegistry.MatchAll), ("replace", GlobalSymbolRegistry.Replace),
        ("replaceAll", GlobalSymbolRegistry.Replace), ("split", GlobalSymbolRegistry.Split),
    ];

    private readonly HashSet<ObjectInstance> _joining = new(ReferenceEqualityComparer.Instance);

    public void Replace()
    {
        var json = new ScriptJson(realm.Engine, realm.Budget);
        realm.Replace(realm.Find("JSON"), "stringify", (_, _, arguments) =>
            json.Write(At(arguments, 0), At(arguments, 1), At(arguments, 2)) is { } text ? new JsString(text) : JsValue.Undefined);
        var arrays = realm.Find("Array.prototype");
        realm.Replace(realm.Find("String.prototype"), "repeat", (function, self, arguments) => Grow(function, self, arguments, text => text.Length));
        foreach (var name in new[] { "padStart", "padEnd" })
            realm.Replace(realm.Find("String.prototype"), name, (function, self, arguments) => Grow(function, self, arguments, _ => 1));
        realm.Replace(arrays, "join", (_, self, arguments) => Join(self, At(arguments, 0)));
        realm.Replace(arrays, "toLocaleString", (_, self, _) => Join(self, JsValue.Undefined));
        foreach (var (name, symbol) in Searches)
            realm.Replace(realm.Find("String.prototype"), name, (function, self, arguments) => Parts(name, symbol, function, self, arguments));
        foreach (var name in new[] { "indexOf", "lastIndexOf", "includes" })
            realm.Replace(arrays, name, Search);
        realm.Replace(realm.Find("Uint8Array").Prototype!, "of", WeighFirst);
        realm.Replace(realm.Find("String"), "raw", (function, self, arguments) =>
        {
            if (At(arguments, 0) is ObjectInstance template)
                realm.Weigh(template.Get("raw") as JsArray ?? throw realm.TypeError("String.raw needs an array"));
            return WeighFirst(function, self, arguments);
        });
        foreach (var (owner, names) in new[] { ("Math", new[] { "max", "min", "hypot", "sumPrecise" }), ("String", ["fromCharCode", "fromCodePoint"]), ("String.prototype", ["concat"]), ("Object", ["fromEntries"]) })
        {
            foreach (var name in names)
                realm.Replace(realm.Find(owner), name, WeighFirst);
        }
    }

    public static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private JsValue Parts(string name, JsSymbol symbol, JsValue function, JsValue self, JsValue[] arguments)
    {
        var most = realm.Budget.Limits.MemoryBytes / BytesPerMatch;
        if (At(arguments, 0) is JsRegExp expression && expression.Get(symbol) is var method && method.IsCallable())
        {
            if (name.EndsWith("All", StringComparison.Ordinal))
                ScriptRegExps.CheckGlobal(realm, expression, name);
            return realm.Call(method, expression, [self, .. arguments.Skip(1)]);
        }

        if (self is JsString text && text.Length > most)
            throw realm.RangeError($"Texts of more than {most} characters cannot be searched for all matches, or split");

        if (At(arguments, 1) is var callback && callback.IsCallable())
            arguments[1] = realm.Counted(callback);
        return realm.Call(function, self, arguments);
    }

    /// <summary>A text that grows to so many times something: the number is read once, so that it is the one that counts.</summary>
    private JsValue Grow(JsValue function, JsValue self, JsValue[] arguments, Func<string, int> unit)
    {
        if (self.IsUndefined() || self.IsNull() || arguments.Length == 0)
            return realm.Call(function, self, arguments);

        var (text, times) = (TypeConverter.ToString(self), TypeConverter.ToNumber(arguments[0]));
        if (times * unit(text) * sizeof(char) > realm.Budget.Limits.MemoryBytes)
            throw realm.Budget.OverrunMemory();

        return realm.Call(function, new JsString(text), [JsNumber.Create(times), .. arguments.Skip(1)]);
    }

    private JsValue Search(JsValue function, JsValue self, JsValue[] arguments)
    {
        if (At(arguments, 0) is JsString { Length: > 256 })
            realm.Weigh(self as JsArray ?? throw realm.TypeError("Only arrays can be searched for a long text"));
        return realm.Call(function, self, arguments);
    }

    private JsValue WeighFirst(JsValue function, JsValue self, JsValue[] arguments)
    {
        realm.Weigh(arguments);
        if (At(arguments, 0) is JsArray array)
            realm.Weigh(array);
        return realm.Call(function, self, arguments);
    }

    /// <summary>ECMA-262 §23.1.3.18; an array within itself is empty there, as everywhere.</summary>
    private JsString Join(JsValue self, JsValue separator)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (self is not ObjectInstance list)
            throw realm.TypeError("Array.prototype.join needs an array");
        if (!_joining.Add(list))
            return JsString.Empty;

        try
        {
            return new JsString(Join(list, separator.IsUndefined() ? "," : TypeConverter.ToString(separator)));
        }
        finally
        {
            _joining.Remove(list);
        }
    }

    private string Join(ObjectInstance list, string separator)
    {
        var text = new StringBuilder();
        var length = list is JsArray array ? array.Length : Math.Max(0, TypeConverter.ToInteger(list.Get("length")));
        for (var i = 0L; i < length; i++)
        {
            if (i > 0)
                text.Append(separator);
            var item = list is JsArray items ? items[(uint)i] : list.Get(i.ToString(CultureInfo.InvariantCulture));
            if (!item.IsUndefined() && !item.IsNull())
                text.Append(TypeConverter.ToString(item));
            realm.Bound(text);
            if (i % 64 == 63)
                realm.Budget.Look();
        }

        return text.ToString();
    }
}
