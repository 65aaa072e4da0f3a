using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// Writes values as JSON (ECMA-262 §25.5.2), never more than a call may allocate: the engine's own looks at its limits only now and then.
/// </summary>
/// <param name="engine">The engine whose values they are.</param>
/// <param name="budget">What the call has left.</param>
internal sealed class ScriptJson(Engine engine, ScriptBudget budget)
{
    private const int Deepest = 512;
    private static readonly JsString ToJson = new("toJSON");

    /// <returns>Null: there is no JSON for it.</returns>
    public string? Write(JsValue value) => Write(value, JsValue.Undefined, JsValue.Undefined);

    /// <inheritdoc cref="Write(JsValue)"/>
    public string? Write(JsValue value, JsValue replacer, JsValue space)
    {
        var writing = new Writing(this, replacer.IsCallable() ? replacer : null, MembersOf(replacer), IndentOf(space));
        return writing.Property(null, JsString.Empty, value, 0) ? writing.Text.ToString() : null;
    }

    private static List<JsValue>? MembersOf(JsValue replacer) => replacer is JsArray array
        ? [.. array.Where(item => item.IsString() || item.IsNumber()).Select(JsValue (item) => new JsString(TypeConverter.ToString(item))).Distinct()]
        : null;

    private static string IndentOf(JsValue space) => space switch
    {
        _ when space.IsNumber() => new string(' ', (int)Math.Clamp(space.AsNumber(), 0, 10)),
        _ when space.IsString() => space.AsString() is { Length: > 10 } text ? text[..10] : space.AsString(),
        _ => "",
    };

    private sealed class Writing(ScriptJson json, JsValue? replacer, List<JsValue>? members, string indent)
    {
        private const int WritesPerLook = 64;
        private int _writes;

        public StringBuilder Text { get; } = new();

        /// <returns>Whether there was anything to write.</returns>
        public bool Property(ObjectInstance? holder, JsValue key, JsValue value, int depth, string? before = null)
        {
            Look();
            if (value is ObjectInstance instance && instance.Get(ToJson) is var toJson && toJson.IsCallable())
                value = json.Call(toJson, value, key);
            if (replacer is not null)
                value = json.Call(replacer, holder ?? Wrap(value), key, value);
            if (value.IsUndefined() || value.IsSymbol() || value.IsCallable())
                return false;

            Text.Append(before);
            if (value is JsArray array)
                Array(array, depth);
            else if (value is ObjectInstance found && Unwrap(found) is { } inner)
                Scalar(inner);
            else if (value is ObjectInstance other)
                Object(other, depth);
            else
                Scalar(value);
            return true;
        }

        private void Scalar(JsValue value)
        {
            if (value.IsString())
                Quote(value.AsString());
            else if (value.IsNumber() && !double.IsFinite(value.AsNumber()))
                Text.Append("null");
            else
                Text.Append(TypeConverter.ToString(value));
        }

        private void Array(JsArray array, int depth)
        {
            Enter(depth);
            Text.Append('[');
            for (var i = 0u; i < array.Length; i++)
            {
                if (i > 0)
                    Text.Append(',');
                Line(depth + 1);
                if (!Property(array, replacer is null ? JsString.Empty : new JsString(i.ToString(CultureInfo.InvariantCulture)), array[i], depth + 1))
                    Text.Append("null");
            }

            if (array.Length > 0)
                Line(depth);
            Text.Append(']');
        }

        private void Object(ObjectInstance value, int depth)
        {
            Enter(depth);
            Text.Append('{');
            var any = false;
            foreach (var key in members ?? value.GetOwnPropertyKeys(Types.String))
            {
                Look();
                if (members is null && value.GetOwnProperty(key) is not { Enumerable: true })
                    continue;

                var start = Text.Length;
                if (any)
                    Text.Append(',');
                Line(depth + 1);
                Quote(key.ToString());
                if (Property(value, key, value.Get(key), depth + 1, indent.Length > 0 ? ": " : ":"))
                    any = true;
                else
                    Text.Length = start;
            }

            if (any)
                Line(depth);
            Text.Append('}');
        }

        private void Line(int depth)
        {
            if (indent.Length == 0)
                return;

            Text.Append('\n');
            for (var i = 0; i < depth; i++)
                Text.Append(indent);
        }

        private void Quote(string text)
        {
            Look(text.Length);
            Text.Append('"');
            var written = 0;
            for (var i = 0; i < text.Length; i++)
            {
                if (Escape(text, i) is not { } escaped)
                    continue;

                Text.Append(text, written, i - written).Append(escaped);
                written = i + 1;
                if (written % 4096 == 0)
                    Look();
            }

            Text.Append(text, written, text.Length - written).Append('"');
        }

        private static string? Escape(string text, int i) => text[i] switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            < ' ' => Hex(text[i]),
            >= '\uD800' and <= '\uDBFF' when i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]) => Hex(text[i]),
            >= '\uDC00' and <= '\uDFFF' when i == 0 || !char.IsHighSurrogate(text[i - 1]) => Hex(text[i]),
            _ => null,
        };

        private static string Hex(char character) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");

        private void Enter(int depth)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (depth > Deepest)
                throw new JavaScriptException(json.Engine.Intrinsics.TypeError, $"Values that nest deeper than {Deepest}, or within themselves, have no JSON");
        }

        private void Look(int more = 0)
        {
            if ((Text.Length + (long)more) * sizeof(char) > json.Budget.Limits.MemoryBytes)
                throw json.Budget.OverrunMemory();
            if (++_writes % WritesPerLook == 0)
                json.Budget.Look();
        }

        private JsObject Wrap(JsValue value)
        {
            var holder = new JsObject(json.Engine);
            holder.Set(JsString.Empty, value, holder);
            return holder;
        }

        /// <summary>What an object of String, Number or Boolean holds.</summary>
        private static JsValue? Unwrap(ObjectInstance value) => value is IJsPrimitive { Type: not Types.Symbol } primitive ? primitive.PrimitiveValue : null;
    }

    private Engine Engine => engine;

    private ScriptBudget Budget => budget;

    private JsValue Call(JsValue function, JsValue self, params JsValue[] arguments) => engine.Call(function, self, arguments);
}
