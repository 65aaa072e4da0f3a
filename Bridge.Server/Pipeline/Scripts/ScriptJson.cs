using Jint;
using Jint.Native;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// Writes values as JSON (ECMA-262 §25.5.2), never more than a call may allocate: the engine's own looks at its limits only now and then.
/// </summary>
/// <param name="engine">The engine whose values they are.</param>
/// <param name="budget">What the call has left.</param>
internal sealed class ScriptJson(Engine engine, ScriptBudget budget)
{
    /// <returns>Null: there is no JSON for it.</returns>
    public string? Write(JsValue value) => Write(value, JsValue.Undefined, JsValue.Undefined);

    /// <inheritdoc cref="Write(JsValue)"/>
    public string? Write(JsValue value, JsValue replacer, JsValue space)
    {
        var writing = new ScriptJsonWriter(engine, budget, replacer.IsCallable() ? replacer : null, MembersOf(replacer), IndentOf(space));
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
}
