using Bridge.Server.Limits;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>What a step's scripts write with <c>console</c>: lines in the log, a few a second, however many engines the step has.</summary>
internal sealed partial class ScriptConsole(string step, ILogger logger, TimeProvider time)
{
    private const int LinesPerSecond = 10;

    private readonly RateLimit<string> _lines = new(LinesPerSecond, LinesPerSecond, time);
    private long _left;

    public void AddTo(Engine engine, ScriptJson json)
    {
        var console = new JsObject(engine);
        foreach (var (name, level) in new[] { ("log", LogLevel.Information), ("info", LogLevel.Information), ("debug", LogLevel.Debug), ("warn", LogLevel.Warning), ("error", LogLevel.Warning) })
        {
            var function = new ClrFunction(engine, name, (_, arguments) =>
            {
                Write(level, arguments, json);
                return JsValue.Undefined;
            });
            console.DefineOwnProperty(name, new PropertyDescriptor(function, writable: true, enumerable: true, configurable: true));
        }

        engine.Global.DefineOwnProperty("console", new PropertyDescriptor(console, writable: true, enumerable: false, configurable: true));
    }

    private void Write(LogLevel level, JsValue[] arguments, ScriptJson json)
    {
        if (!logger.IsEnabled(level))
            return;

        if (_lines.TryTake(step) is not null)
        {
            Interlocked.Increment(ref _left);
            return;
        }

        if (Interlocked.Exchange(ref _left, 0) is > 0 and var left)
            Log.LeftOut(logger, step, left);
        var text = ScriptText.Of(string.Join(' ', arguments.Select(value => Text(value, json))));
        Log.Said(logger, level, step, text);
    }

    private static string Text(JsValue value, ScriptJson json) => value switch
    {
        JsError error => TypeConverter.ToString(error),
        ObjectInstance instance when !instance.IsCallable() => json.Write(instance) ?? "undefined",
        _ when value.IsSymbol() => value.ToString(),
        _ => TypeConverter.ToString(value),
    };

    private static partial class Log
    {
        [LoggerMessage(EventId = 12120, Message = "Step {Step}: {Text}")]
        public static partial void Said(ILogger logger, LogLevel level, string step, string text);

        [LoggerMessage(12121, LogLevel.Warning, "Step {Step}: {Count} lines of its console were left out, because there were more than 10 a second")]
        public static partial void LeftOut(ILogger logger, string step, long count);
    }
}
