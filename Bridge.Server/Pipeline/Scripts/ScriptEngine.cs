using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A script as it runs for one broker, with globals of its own. For one thread at a time.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The engine holds memory only, and a call of it may be under way when it is given up.")]
internal sealed class ScriptEngine
{
    /// <summary>How long the code outside of functions may take; the first time, that is also to compile all that it uses.</summary>
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(2);

    private static readonly Prepared<Acornima.Ast.Script> Definitions = Engine.PrepareScript(
        """
        [typeof onMessage === "undefined" ? undefined : onMessage, typeof onPublish === "undefined" ? undefined : onPublish,
         typeof onRead === "undefined" ? undefined : onRead, typeof step === "undefined" ? undefined : step]
        """);

    private static readonly JsObjectLayout Context = new("user");

    private readonly Engine _engine;
    private readonly ScriptBudget _budget;
    private readonly ScriptErrors _errors;
    private readonly ScriptResults _results;
    private readonly ScriptMemory _memory;
    private JsString _brokerKey = JsString.Empty;
    private string? _rejection;

    /// <summary>Runs the code outside of functions.</summary>
    /// <exception cref="StepOverrunException">It took too much.</exception>
    /// <exception cref="ScriptException">It threw.</exception>
    public ScriptEngine(ScriptProgram program, ScriptLimitOptions limits, ScriptConsole console, TimeProvider time)
    {
        _budget = new(limits, time);
        _engine = new(options => Limit(options, limits, _budget));
        _errors = new(program.Path, _engine, _budget);
        var json = new ScriptJson(_engine, _budget);
        _results = new(new(json, _budget), _budget);
        _memory = new(_engine, program.Variables, _budget);
        new ScriptRealm(_engine, _budget).Harden();
        console.AddTo(_engine, json);
        _engine.SetValue("reject", new ClrFunction(_engine, "reject", Reject, 1));

        var found = Load(program);
        Functions = [found[0], found[1], found[2]];
        Placement = found[3];
    }

    /// <summary>What stands under the functions' names, by <see cref="StepStage"/>; undefined where nothing does.</summary>
    public IReadOnlyList<JsValue> Functions { get; }

    /// <summary>The object <c>step</c>, or undefined.</summary>
    public JsValue Placement { get; }

    /// <summary>Why another has to be made in its place: it holds, or may hold, more than it should. Null: it has not.</summary>
    public string? Spent => _budget.IsOutOfMemory ? "a call of it took too much memory" : _memory.Problem;

    /// <summary>Has the call end that is under way on another thread.</summary>
    public void Abandon() => _budget.Abandon();

    /// <exception cref="StepOverrunException">The call took too much.</exception>
    /// <exception cref="ScriptException">It threw, or returned what is no result.</exception>
    public StepResult Call(BridgeMessage message, StepContext context, TimeSpan timeout)
    {
        _rejection = null;
        _budget.Begin(timeout);
        try
        {
            if (!_brokerKey.Equals(message.BrokerKey))
                _brokerKey = new JsString(message.BrokerKey);
            var seen = new ScriptMessage(_engine, message, _brokerKey);
            var about = JsObject.Create(_engine, Context, [context.User is { } user ? new JsString(user) : JsValue.Undefined]);
            var returned = _engine.Call(Functions[(int)context.Stage], JsValue.Undefined, [seen.Value, about]);
            return _rejection is { } reason ? StepResult.Reject(reason) : _results.Read(returned, seen);
        }
        catch (Exception exception)
        {
            return _rejection is { } reason && exception is ScriptRejection ? StepResult.Reject(reason) : throw _errors.Translate(exception);
        }
        finally
        {
            _budget.End();
            _memory.Add(_budget.Allocated);
        }
    }

    private JsArray Load(ScriptProgram program)
    {
        _budget.Begin(LoadTime);
        try
        {
            _engine.Execute(program.Code);
            return (JsArray)_engine.Evaluate(Definitions);
        }
        catch (Exception exception)
        {
            throw _errors.Translate(exception);
        }
        finally
        {
            _budget.End();
        }
    }

    /// <summary>Also what a <c>finally</c> returns does not change that the message is refused.</summary>
    private JsValue Reject(JsValue self, JsValue[] arguments)
    {
        _rejection = ScriptText.Of(arguments.Length > 0 ? TypeConverter.ToString(arguments[0]) : "");
        throw new ScriptRejection();
    }

    private static void Limit(Options options, ScriptLimitOptions limits, ScriptBudget budget)
    {
        options.Strict = true;
        // Before the engine's own, which cannot say where it was; that one also counts texts that are only copied when they are read.
        options.Constraint(budget);
        options.LimitMemory(limits.MemoryBytes);
        options.LimitRecursion(limits.CallDepth);
        options.RegexTimeoutInterval(ScriptRealm.RegexTimeout);
        options.MaxArraySize((uint)(limits.MemoryBytes / 16));
        options.DisableStringCompilation();
        options.Constraints.StackOverflowGuard = true;
        options.Json.MaxParseDepth = 64;
        options.TimeZone = TimeZoneInfo.Utc;
        options.Culture = CultureInfo.InvariantCulture;
    }

    /// <summary>Ends a call; scripts cannot catch it.</summary>
    private sealed class ScriptRejection : Exception;
}
