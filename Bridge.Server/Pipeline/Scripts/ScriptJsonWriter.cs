using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Writes one value as JSON.</summary>
/// <param name="engine">The engine whose value it is.</param>
/// <param name="budget">What the call has left.</param>
/// <param name="replacer">Is asked for each member's value; null: nobody is.</param>
/// <param name="members">The members that objects have, in order; null: their own.</param>
/// <param name="indent">What stands before what is within something, each on a line of its own; empty: all is one line.</param>
internal sealed class ScriptJsonWriter(Engine engine, ScriptBudget budget, JsValue? replacer, List<JsValue>? members, string indent)
{
    private const int WritesPerLook = 64;
    private const int Deepest = 512;
    private static readonly JsString ToJson = new("toJSON");
    private int _writes;

    public StringBuilder Text { get; } = new();

    /// <returns>Whether there was anything to write.</returns>
    public bool Property(ObjectInstance? holder, JsValue key, JsValue value, int depth, string? before = null)
    {
        Look();
        if (value is ObjectInstance instance && instance.Get(ToJson) is var toJson && toJson.IsCallable())
            value = engine.Call(toJson, value, [key]);
        if (replacer is not null)
            value = engine.Call(replacer, holder ?? Wrap(value), [key, value]);
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
            throw new JavaScriptException(engine.Intrinsics.TypeError, $"Values that nest deeper than {Deepest}, or within themselves, have no JSON");
    }

    private void Look(int more = 0)
    {
        if ((Text.Length + (long)more) * sizeof(char) > budget.Limits.MemoryBytes)
            throw budget.OverrunMemory();
        if (++_writes % WritesPerLook == 0)
            budget.Look();
    }

    private JsObject Wrap(JsValue value)
    {
        var holder = new JsObject(engine);
        holder.Set(JsString.Empty, value, holder);
        return holder;
    }

    /// <summary>What an object of String, Number or Boolean holds.</summary>
    private static JsValue? Unwrap(ObjectInstance value) => value is IJsPrimitive { Type: not Types.Symbol } primitive ? primitive.PrimitiveValue : null;
}
