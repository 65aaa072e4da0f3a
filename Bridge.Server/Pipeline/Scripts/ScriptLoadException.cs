namespace Bridge.Server.Pipeline.Scripts;

/// <summary>A file cannot be used as a step.</summary>
/// <param name="errors">Each mistake: <c>steps/decode.js:12:5: Unexpected token '}'</c>.</param>
internal sealed class ScriptLoadException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public ScriptLoadException(string error)
        : this([error])
    {
    }

    public IReadOnlyList<string> Errors { get; } = errors;
}
