namespace Bridge.Server.Pipeline.Ready;

/// <summary>The payload must be JSON and valid against a schema; otherwise it is refused, and the reason says where and what.</summary>
public sealed class JsonSchemaOptions
{
    /// <summary>
    /// The file of the schema, relative to the content root; it is read at start-up. JSON Schema draft 4 without <c>dependencies</c>; a schema
    /// with a keyword that would not be checked, such as <c>const</c> or <c>if</c>, or with a <c>$ref</c> to elsewhere, is an error.
    /// </summary>
    public string File { get; set; } = "";
}
