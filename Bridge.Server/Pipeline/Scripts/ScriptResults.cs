using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Makes a step's result of what a script returned.</summary>
/// <param name="members">Reads the members of what it returned.</param>
/// <param name="budget">What the call has left.</param>
internal sealed class ScriptResults(ScriptMembers members, ScriptBudget budget)
{
    private const string Expected =
        "return the message, another object, an array of them, null to drop it, or nothing to let it go on as it is";

    /// <exception cref="ScriptException">It is nothing that a message can be made of.</exception>
    public StepResult Read(JsValue returned, ScriptMessage message)
    {
        message.Close();
        if (returned.IsUndefined() || ReferenceEquals(returned, message.Value))
            return Single(Own(message), message);
        if (returned.IsNull() || (returned.IsBoolean() && !returned.AsBoolean()))
            return StepResult.Drop;
        if (returned is JsArray array)
            return Split(array, message);

        return Single(Item(returned, message), message);
    }

    private static StepResult Single(BridgeMessage made, ScriptMessage message) =>
        ReferenceEquals(made, message.Original) ? StepResult.Pass : StepResult.Change(made);

    private StepResult Split(JsArray array, ScriptMessage message)
    {
        BridgeMessage? own = null;
        var made = new List<BridgeMessage>();
        for (var i = 0u; i < array.Length; i++)
        {
            budget.Look();
            var item = array.Get(JsNumber.Create(i));
            made.Add(ReferenceEquals(item, message.Value) ? own ??= Own(message) : Item(item, message));
        }

        return StepResult.Split(made);
    }

    private BridgeMessage Own(ScriptMessage message) => members.Read(message.Value, message);

    private BridgeMessage Item(JsValue returned, ScriptMessage message)
    {
        if (returned is not ObjectInstance item || returned is JsArray or JsDate or JsTypedArray or JsArrayBuffer || returned.IsCallable())
            throw new ScriptException($"it returned {Describe(returned)}: {Expected}");

        foreach (var key in item.GetOwnPropertyKeys())
        {
            if (!ScriptMessage.Names.Contains(key.ToString()))
                throw new ScriptException($"it returned an object with the member {ScriptText.Of(key.ToString())}, which messages do not have: they have {string.Join(", ", ScriptMessage.Names)}");
        }

        return members.Read(item, message);
    }

    private static string Describe(JsValue value) => value switch
    {
        _ when value.IsString() => "a string",
        _ when value.IsNumber() => "a number",
        _ when value.IsBoolean() => "true",
        _ when value.IsCallable() => "a function",
        _ when value.IsArray() => "an array in an array",
        _ => "a value that is no message",
    };
}
