using System.Security.Cryptography;
using Bridge.Contracts.Steps;
using Bridge.Server.Messages;
using Jint;

namespace Bridge.Server.Pipeline.Scripts;

/// <summary>Makes steps of files.</summary>
internal sealed class ScriptLoader(ILogger logger, TimeProvider time)
{
    private const int MostBytes = 1_048_576;
    private const string Shadow = ".shadow";
    private const int VersionDigits = 12;

    /// <param name="file">The file.</param>
    /// <param name="limits">What a call of it may take.</param>
    /// <exception cref="ScriptLoadException">It cannot be used.</exception>
    public StepDefinition Load(ScriptFile file, ScriptLimitOptions limits)
    {
        try
        {
            return Make(file, limits);
        }
        catch (Exception exception) when (exception is not ScriptLoadException)
        {
            // Nothing is known that gets here; a file that somebody saves must not end the bridge.
            throw new ScriptLoadException($"{file.Path}:1:1: {ScriptText.Of(exception.Message)}");
        }
    }

    private StepDefinition Make(ScriptFile file, ScriptLimitOptions limits)
    {
        var options = new StepOptions { Name = Path.GetFileNameWithoutExtension(file.Name) };
        if (!StepOptionsValidator.IsName(options.Name))
            throw new ScriptLoadException($"{file.Path}: the name must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', without .js");
        if (options.Name.EndsWith(Shadow, StringComparison.Ordinal) && options.Name.Length > Shadow.Length)
            options.ShadowOf = options.Name[..^Shadow.Length];

        var program = ScriptProgram.Compile(file.Path, Text(file));
        var console = new ScriptConsole(options.Name, logger, time);
        var engine = Start(program, limits, console);
        var stages = Stages(program, engine);
        new ScriptPlacement(program, options).Read(engine.Placement);
        return new(StepKind.Script, options, stages, new ScriptStep(program, options, limits, engine, console, logger, time), Version(file));
    }

    private ScriptEngine Start(ScriptProgram program, ScriptLimitOptions limits, ScriptConsole console)
    {
        try
        {
            return new(program, limits, console, time);
        }
        catch (Exception exception) when (exception is ScriptException or StepOverrunException)
        {
            throw new ScriptLoadException(exception.Message);
        }
    }

    private static StepStages Stages(ScriptProgram program, ScriptEngine engine)
    {
        var stages = StepStages.None;
        foreach (var stage in Enum.GetValues<StepStage>())
        {
            if (engine.Functions[(int)stage] is var function && function.IsUndefined())
                continue;
            if (!function.IsCallable())
                throw new ScriptLoadException($"{program.Path}:1:1: on{stage} must be a function");

            stages |= (StepStages)(1 << (int)stage);
        }

        return stages == StepStages.None
            ? throw new ScriptLoadException($"{program.Path}:1:1: it defines none of the functions onMessage, onPublish and onRead")
            : stages;
    }

    private static string Text(ScriptFile file)
    {
        if (file.Problem is { } problem)
            throw new ScriptLoadException($"{file.Path}: {problem}");
        if (file.Bytes.Length > MostBytes)
            throw new ScriptLoadException($"{file.Path}: it has more than {MostBytes} bytes");

        try
        {
            return StrictUtf8.Instance.GetString(file.Bytes).TrimStart('\uFEFF');
        }
        catch (ArgumentException)
        {
            throw new ScriptLoadException($"{file.Path}: it is not valid UTF-8");
        }
    }

    private static string Version(ScriptFile file) => Convert.ToHexStringLower(SHA256.HashData(file.Bytes))[..VersionDigits];
}
