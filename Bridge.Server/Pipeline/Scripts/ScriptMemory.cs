using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>
/// How much an engine keeps from call to call: what can be reached from its global variables, estimated when it has allocated much since the
/// last time.
/// </summary>
/// <remarks>
/// What functions keep in variables of their own cannot be reached. Where the whole process gets short of memory, an engine that allocated as
/// much as it might keep is taken to be why.
/// </remarks>
/// <param name="engine">The engine.</param>
/// <param name="variables">Has the script's variables outside of functions.</param>
/// <param name="budget">How much a call may allocate; an engine may keep four times as much. Looking must end as a call must.</param>
internal sealed class ScriptMemory(Engine engine, Prepared<Acornima.Ast.Script> variables, ScriptBudget budget)
{
    private const int CallsKept = 4;

    /// <summary>As many take some 20 ms to look at.</summary>
    private const int MostValues = 200_000;

    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(100);

    private readonly long _most = budget.Limits.MemoryBytes * CallsKept;
    private long _allocated;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Notes what a call allocated, and looks when it is time.</summary>
    public void Add(long allocated)
    {
        _allocated += allocated;
        if (_allocated < _most)
            return;

        _allocated = 0;
        var memory = GC.GetGCMemoryInfo();
        if (Look() > _most)
            Problem = $"it keeps more than {_most} bytes in its variables, which is {CallsKept} times Bridge:Pipeline:ScriptLimits:MemoryBytes";
        else if (memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes && memory.HighMemoryLoadThresholdBytes > 0)
            Problem = "memory is short";
    }

    /// <summary>Members of arrays may be functions of the script's, which may do anything.</summary>
    private long Look()
    {
        budget.Begin(LookTime);
        try
        {
            return Estimate();
        }
        catch (Exception exception) when (exception is StepOverrunException or JintException)
        {
            return long.MaxValue;
        }
        finally
        {
            budget.End();
        }
    }

    /// <summary>About how many bytes can be reached; more than may be kept where there is no end to them.</summary>
    private long Estimate()
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Stack<JsValue>();
        waiting.Push(engine.Evaluate(variables));
        waiting.Push(engine.Global);
        var bytes = 0L;
        while (waiting.TryPop(out var value))
        {
            if (value is not (JsString or ObjectInstance) || !seen.Add(value))
                continue;
            if (seen.Count > MostValues || bytes > _most)
                return long.MaxValue;

            bytes += Size(value, waiting);
        }

        return bytes;
    }

    private static long Size(JsValue value, Stack<JsValue> waiting)
    {
        switch (value)
        {
            case JsString text:
                return 56 + (2L * text.Length);
            case JsTypedArray numbers:
                return 128 + (8L * numbers.Length);
            case JsArrayBuffer buffer:
                return 128 + (buffer.AsArrayBuffer()?.Length ?? 0);
            case JsMap map:
                foreach (var (key, item) in map)
                {
                    waiting.Push(key);
                    waiting.Push(item);
                }

                return 128 + (64L * map.Size);
            case JsSet set:
                foreach (var item in set)
                    waiting.Push(item);
                return 128 + (48L * set.Size);
            case JsArray array:
                for (var i = 0u; i < array.Length; i++)
                    waiting.Push(array[i]);
                return 96 + (8L * array.Length);
            default:
                return Members((ObjectInstance)value, waiting);
        }
    }

    private static long Members(ObjectInstance value, Stack<JsValue> waiting)
    {
        var bytes = 96L;
        foreach (var (key, member) in value.GetOwnProperties())
        {
            bytes += 64 + (2L * key.ToString().Length);
            if (!member.IsAccessorDescriptor() && member.Value is { } held)
                waiting.Push(held);
        }

        return bytes;
    }
}
