using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Makes of what an engine throws what a step throws, with the place in the file.</summary>
internal sealed partial class ScriptErrors
{
    private const string StackOverflow = "Maximum call stack size exceeded";

    private readonly string _path;
    private readonly Engine _engine;
    private readonly ScriptBudget _budget;

    public ScriptErrors(string path, Engine engine, ScriptBudget budget)
    {
        (_path, _engine, _budget) = (path, engine, budget);
        budget.Position = Position;
    }

    public Exception Translate(Exception exception) => exception switch
    {
        StepOverrunException => exception,
        MemoryLimitExceededException or OutOfMemoryException => _budget.OverrunMemory(exception),
        RecursionDepthOverflowException or InsufficientExecutionStackException => _budget.OverrunDepth(exception),
        RegexMatchTimeoutException or TimeoutException => _budget.OverrunTime(exception),
        JavaScriptException { Message: StackOverflow } => _budget.OverrunDepth(exception),
        JavaScriptException thrown => new ScriptException($"{Place(thrown)}: {ScriptText.Of(Describe(thrown))}", thrown),
        ScriptException => new ScriptException($"{_path}: {exception.Message}"),
        _ => new ScriptException($"{_path}: {exception.GetType().Name}: {ScriptText.Of(exception.Message)}", exception),
    };

    private string Place(JavaScriptException thrown) => thrown.Location is { Start.Line: > 0 } location
        ? $"{_path}:{location.Start.Line}:{location.Start.Column + 1}"
        : _path;

    /// <summary>The error's name and message; nothing of the script's runs for it.</summary>
    private static string Describe(JavaScriptException thrown) => thrown.Error switch
    {
        JsError error when OwnText(error, "name") is { } name => $"{name}: {thrown.Message}",
        ObjectInstance => thrown.Message is { Length: > 0 } message ? message : "it threw an object",
        var value => $"it threw {value}",
    };

    private static string? OwnText(ObjectInstance error, string name)
    {
        for (var (at, depth) = ((ObjectInstance?)error, 0); at is not null && depth < 8; (at, depth) = (at.Prototype, depth + 1))
        {
            if (at.GetOwnProperty(name) is { Value: JsString text })
                return text.ToString();
        }

        return null;
    }

    /// <summary>Where the engine is: the first place of the file in its stack.</summary>
    private string Position()
    {
        var place = Line().Match(_engine.Advanced.StackTrace);
        return place.Success ? $"{_path}:{place.Groups["line"].ValueSpan}:{place.Groups["column"].ValueSpan}: " : $"{_path}: ";
    }

    [GeneratedRegex(@":(?<line>\d+):(?<column>\d+)\)?\s*$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
