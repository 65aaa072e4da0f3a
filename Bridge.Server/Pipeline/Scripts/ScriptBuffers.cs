using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Constructors that allocate as much as they are told, or read all of an array, in one step.</summary>
internal sealed class ScriptBuffers(ScriptRealm realm)
{
    private static readonly string[] Buffers =
    [
        "ArrayBuffer", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array",
        "Float32Array", "Float64Array",
    ];

    public void Replace()
    {
        var handler = new Checks(realm);
        foreach (var name in (string[])[.. Buffers, "Map", "Set", "WeakMap", "WeakSet"])
        {
            if (realm.Engine.Global.Get(name) is not ObjectInstance constructor)
                continue;

            var proxy = realm.Engine.Advanced.CreateProxy(constructor, handler);
            realm.Engine.Global.DefineOwnProperty(name, new PropertyDescriptor(proxy, writable: true, enumerable: false, configurable: true));
            constructor.Get("prototype").AsObject().DefineOwnProperty("constructor", new PropertyDescriptor(proxy, writable: true, enumerable: false, configurable: true));
        }

        var typedArrays = realm.Find("Uint8Array").Prototype!;
        realm.Replace(typedArrays, "from", (function, self, arguments) =>
        {
            CheckList(realm, arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
            return realm.Call(function, self, arguments);
        });
        realm.Replace(typedArrays.Get("prototype").AsObject(), "set", (function, self, arguments) =>
        {
            CheckList(realm, arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
            return realm.Call(function, self, arguments);
        });
    }

    private static void CheckList(ScriptRealm realm, JsValue list)
    {
        if (list is JsArray array)
            realm.Weigh(array);
        if (list is ObjectInstance instance and not JsTypedArray and not JsArrayBuffer)
            CheckSize(realm, instance.Get("length"), 1);
    }

    private static void CheckSize(ScriptRealm realm, JsValue length, int size)
    {
        if (!length.IsUndefined() && TypeConverter.ToNumber(length) * size > realm.Budget.Limits.MemoryBytes)
            throw realm.Budget.OverrunMemory();
    }

    private sealed class Checks(ScriptRealm realm) : ProxyHandler
    {
        public override ObjectInstance? Construct(ObjectInstance target, JsValue[] arguments, JsValue newTarget)
        {
            realm.Budget.Check();
            if (arguments.Length == 0)
                return null;

            if (arguments[0] is ObjectInstance)
                CheckList(realm, arguments[0]);
            else
                CheckSize(realm, arguments[0], target.Get("BYTES_PER_ELEMENT") is var size && size.IsNumber() ? (int)size.AsNumber() : 1);
            if (arguments.Length > 1 && arguments[1] is ObjectInstance options)
                CheckSize(realm, options.Get("maxByteLength"), 1);
            return null;
        }
    }
}
