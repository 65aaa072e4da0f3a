using System.Text.RegularExpressions;
using Acornima.Ast;
using Bridge.Server.Topics;
using Jint;
using Jint.Native;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Reads what a script says of itself: <c>const step = { broker: "plant", topics: ["plant/#"] }</c>.</summary>
/// <param name="program">The script.</param>
/// <param name="options">What it says is put there.</param>
internal sealed partial class ScriptPlacement(ScriptProgram program, StepOptions options)
{
    private readonly List<string> _errors = [];

    /// <exception cref="ScriptLoadException">It says what cannot be.</exception>
    public void Read(JsValue step)
    {
        if (step.IsUndefined())
            return;

        if (step is not JsObject placement)
            _errors.Add(program.Mistake("step must be an object", Declaration));
        else
            ReadMembers(placement);
        if (_errors.Count > 0)
            throw new ScriptLoadException(_errors);
    }

    private void ReadMembers(JsObject placement)
    {
        foreach (var key in placement.GetOwnPropertyKeys())
        {
            var name = key.ToString();
            if (ReadMember(name, placement.Get(key)) is { } problem)
                _errors.Add(program.Mistake(problem, script => Member(script, name)));
        }
    }

    private string? ReadMember(string name, JsValue value)
    {
        switch (name)
        {
            case "broker":
                return SetBroker(value);
            case "topics":
                return SetTopics(value);
            case "order":
                return SetNumber(value, int.MinValue, int.MaxValue, "step.order", number => options.Order = number);
            case "timeoutMilliseconds":
                return SetNumber(value, 1, 60_000, "step.timeoutMilliseconds", number => options.TimeoutMilliseconds = number);
            case "onFailure":
                if (value.ToString() is not ("block" or "bypass") || !value.IsString())
                    return "step.onFailure must be \"block\" or \"bypass\"";
                options.OnFailure = value.AsString() == "block" ? StepFailureAction.Block : StepFailureAction.Bypass;
                return null;
            default:
                return $"step has no member {ScriptText.Of(name)}: there are broker, topics, order, onFailure, timeoutMilliseconds";
        }
    }

    private string? SetBroker(JsValue value)
    {
        if (!value.IsString() || (value.AsString() is var key && key != StepOptions.AnyBroker && !Key().IsMatch(key)))
            return "step.broker must be the key of a broker, or \"*\"";

        options.Broker = value.AsString();
        return null;
    }

    private string? SetTopics(JsValue value)
    {
        if (value is not JsArray { Length: > 0 } array || !array.All(item => item.IsString()))
            return "step.topics must be an array of topic filters, at least one";

        var topics = array.Select(item => item.AsString()).ToList();
        foreach (var topic in topics)
        {
            if (TopicFilter.TryParse(topic, out var problem) is null)
                return $"step.topics: {ScriptText.Of(topic)}: {problem}";
        }

        options.Topics = topics;
        return null;
    }

    private static string? SetNumber(JsValue value, int least, int most, string name, Action<int> set)
    {
        if (!value.IsNumber() || value.AsNumber() is var number && (!double.IsInteger(number) || number < least || number > most))
            return $"{name} must be a whole number between {least} and {most}";

        set((int)value.AsNumber());
        return null;
    }

    private static VariableDeclarator? Declaration(Script script) => script.Body.OfType<VariableDeclaration>()
        .SelectMany(declaration => declaration.Declarations)
        .FirstOrDefault(declarator => declarator.Id is Identifier { Name: "step" });

    private static Node? Member(Script script, string name) => Declaration(script) is { } declaration
        ? (declaration.Init as ObjectExpression)?.Properties.OfType<Property>().FirstOrDefault(member => NameOf(member.Key) == name) ?? (Node)declaration
        : null;

    private static string? NameOf(Node key) => key switch
    {
        Identifier identifier => identifier.Name,
        StringLiteral text => text.Value,
        _ => null,
    };

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.ExplicitCapture)]
    private static partial Regex Key();
}
