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

    private readonly HashSet<ObjectInstance> _joining = new(ReferenceEqualityComparer.Instance);

    public void Replace()
    {
        var json = new ScriptJson(realm.Engine, realm.Budget);
        realm.Replace(realm.Find("JSON"), "stringify", (_, _, arguments) =>
            json.Write(At(arguments, 0), At(arguments, 1), At(arguments, 2)) is { } text ? new JsString(text) : JsValue.Undefined);
        var arrays = realm.Find("Array.prototype");
        realm.Replace(arrays, "join", (_, self, arguments) => Join(self, At(arguments, 0)));
        realm.Replace(arrays, "toLocaleString", (_, self, _) => Join(self, JsValue.Undefined));
        foreach (var name in new[] { "match", "matchAll", "replace", "replaceAll", "split" })
            realm.Replace(realm.Find("String.prototype"), name, BoundText);
        foreach (var symbol in new[] { GlobalSymbolRegistry.Match, GlobalSymbolRegistry.MatchAll, GlobalSymbolRegistry.Replace, GlobalSymbolRegistry.Split })
            realm.Replace(realm.Find("RegExp.prototype"), symbol, BoundText);
        foreach (var name in new[] { "indexOf", "lastIndexOf", "includes" })
            realm.Replace(arrays, name, Search);
        foreach (var (owner, names) in new[] { ("Math", new[] { "max", "min", "hypot", "sumPrecise" }), ("String", ["raw", "fromCharCode", "fromCodePoint"]), ("String.prototype", ["concat"]), ("Object", ["fromEntries"]) })
        {
            foreach (var name in names)
                realm.Replace(realm.Find(owner), name, WeighFirst);
        }
    }

    private static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private JsValue BoundText(JsValue function, JsValue self, JsValue[] arguments)
    {
        var most = realm.Budget.Limits.MemoryBytes / BytesPerMatch;
        if (self is JsString text ? text.Length > most : At(arguments, 0) is JsString other && other.Length > most)
            throw realm.RangeError($"Texts of more than {most} characters cannot be searched for all matches, or split");

        if (At(arguments, 1) is var callback && callback.IsCallable())
            arguments[1] = realm.Counted(callback);
        return realm.Call(function, self, arguments);
    }

    private JsValue Search(JsValue function, JsValue self, JsValue[] arguments)
    {
        if (At(arguments, 0) is JsString { Length: > 256 } && self is JsArray array)
            realm.Weigh(array);
        return realm.Call(function, self, arguments);
    }

    private JsValue WeighFirst(JsValue function, JsValue self, JsValue[] arguments)
    {
        realm.Weigh(arguments);
        if (At(arguments, 0) is JsArray array)
            realm.Weigh(array.SelectMany(item => item is JsArray { Length: 2 } pair ? (IEnumerable<JsValue>)pair : [item]));
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
            if (text.Length * (long)sizeof(char) > realm.Budget.Limits.MemoryBytes)
                throw realm.Budget.OverrunMemory();
            if (i % 64 == 63)
                realm.Budget.Check();
        }

        return text.ToString();
    }
}
