using Acornima.Ast;
using Jint;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A file's code, checked and ready to run in any engine.</summary>
internal sealed class ScriptProgram
{
    private static readonly ScriptPreparationOptions Preparation = new()
    {
        ParsingOptions = ScriptParsingOptions.Default with
        {
            AllowReturnOutsideFunction = false,
            Tolerant = false,
            RegexTimeout = ScriptRealm.RegexTimeout,
        },
    };

    private ScriptProgram(string path, Prepared<Script> code)
    {
        (Path, Code) = (path, code);
        var names = code.Program!.Body.OfType<VariableDeclaration>()
            .SelectMany(declaration => declaration.Declarations)
            .SelectMany(declarator => declarator.Id.DescendantNodesAndSelf())
            .Concat(code.Program.Body.OfType<ClassDeclaration>().Select(declaration => declaration.Id!))
            .OfType<Identifier>()
            .Select(identifier => $"typeof {identifier.Name} === 'undefined' ? undefined : {identifier.Name}");
        Variables = Engine.PrepareScript($"[{string.Join(',', names)}]");
    }

    /// <summary>The file, as it is shown.</summary>
    public string Path { get; }

    public Prepared<Script> Code { get; }

    /// <summary>An array of what the variables outside of functions hold.</summary>
    public Prepared<Script> Variables { get; }

    /// <summary>Reads the code.</summary>
    /// <exception cref="ScriptLoadException">It is no JavaScript, or uses what steps cannot.</exception>
    public static ScriptProgram Compile(string path, string text)
    {
        Prepared<Script> code;
        try
        {
            code = Engine.PrepareScript(text, path, strict: true, Preparation);
        }
        catch (ScriptPreparationException exception)
        {
            throw new ScriptLoadException(Describe(path, exception));
        }

        var errors = code.Program!.DescendantNodes()
            .Select(node => (node.Location, Problem: Refuse(node)))
            .Where(found => found.Problem is not null)
            .Select(found => At(path, found.Location, found.Problem!))
            .ToList();
        return errors.Count == 0 ? new(path, code) : throw new ScriptLoadException(errors);
    }

    /// <summary>A mistake with the place where <paramref name="find"/> says that it is, or else the file's beginning.</summary>
    public string Mistake(string problem, Func<Script, Node?> find) =>
        find(Code.Program!) is { } node ? At(Path, node.Location, problem) : $"{Path}:1:1: {problem}";

    /// <summary>What would bring work that nobody waits for, or numbers that no limit of the engine holds down.</summary>
    private static string? Refuse(Node node) => node switch
    {
        IFunction { Async: true } => "Steps are synchronous: there are no async functions",
        IFunction { Generator: true } => "There are no generators: nothing bounds how deep they nest",
        AwaitExpression or ForOfStatement { Await: true } => "Steps are synchronous: there is no await",
        ImportExpression => "There are no modules",
        BigIntLiteral => "There is no BigInt",
        _ => null,
    };

    private static string Describe(string path, ScriptPreparationException exception) => exception.InnerException switch
    {
        Acornima.ParseErrorException { LineNumber: > 0 } syntax => $"{path}:{syntax.LineNumber}:{syntax.Column + 1}: {ScriptText.Of(syntax.Description)}",
        InsufficientExecutionStackException => $"{path}:1:1: The code is nested too deep",
        var inner => $"{path}:1:1: {ScriptText.Of((inner ?? exception).Message)}",
    };

    private static string At(string path, in Acornima.SourceLocation location, string problem) =>
        $"{path}:{location.Start.Line}:{location.Start.Column + 1}: {problem}";
}
