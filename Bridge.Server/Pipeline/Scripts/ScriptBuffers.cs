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
            realm.Call(function, self, [handler.List(ScriptTexts.At(arguments, 0)), .. arguments.Skip(1).Select(realm.Counted)]));
        realm.Replace(typedArrays.Get("prototype").AsObject(), "set", (function, self, arguments) =>
            realm.Call(function, self, [handler.List(ScriptTexts.At(arguments, 0)), .. arguments.Skip(1)]));
    }

    private static void CheckSize(ScriptRealm realm, JsValue length, int size)
    {
        if (!length.IsUndefined() && TypeConverter.ToNumber(length) * size > realm.Budget.Limits.MemoryBytes)
            throw realm.Budget.OverrunMemory();
    }

    private sealed class Checks(ScriptRealm realm) : ProxyHandler
    {
        private readonly JsValue _arrayFrom = realm.Find("Array").Get("from");
        private readonly JsValue _construct = realm.Find("Reflect").Get("construct");

        /// <summary>The values of a list, which were read once.</summary>
        public JsValue List(JsValue list)
        {
            if (list is not ObjectInstance or JsTypedArray or JsArrayBuffer or JsMap or JsSet)
                return list;

            var array = list as JsArray ?? (JsArray)realm.Call(_arrayFrom, realm.Find("Array"), [list]);
            realm.Weigh(array);
            return array;
        }

        public override ObjectInstance? Construct(ObjectInstance target, JsValue[] arguments, JsValue newTarget)
        {
            realm.Budget.Check();
            if (arguments.Length == 0)
                return null;
            if (arguments[0] is ObjectInstance && List(arguments[0]) is var list && !ReferenceEquals(list, arguments[0]))
                return (ObjectInstance)realm.Call(_construct, JsValue.Undefined, [target, new JsArray(realm.Engine, [list, .. arguments.Skip(1)]), newTarget]);

            var isBuffer = target.Get("name").ToString() == "ArrayBuffer";
            if (isBuffer && arguments.Any(argument => argument is ObjectInstance))
                throw realm.TypeError("An ArrayBuffer needs its size, and cannot be resized");
            if (arguments[0] is not ObjectInstance)
                CheckSize(realm, arguments[0], target.Get("BYTES_PER_ELEMENT") is var size && size.IsNumber() ? (int)size.AsNumber() : 1);
            return null;
        }
    }
}
