namespace Bridge.Server.Pipeline.Ready;

/// <summary>One value of a JSON payload becomes the payload: a string as its text, anything else as compact JSON with its digits as they were.</summary>
public sealed class PickFieldOptions
{
    /// <summary>
    /// Where the value is: names with dots between them and numbers of items in brackets, <c>data.sensors[0].value</c>; or, when it begins with
    /// <c>/</c>, a JSON Pointer (RFC 6901). Of members with the same name the last counts.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>What becomes of a message without such a value, or whose payload is no JSON. Default <c>reject</c>.</summary>
    public MissingField Missing { get; set; }
}

/// <summary>What becomes of a message that does not have the field.</summary>
public enum MissingField
{
    /// <summary>It is refused, with a reason.</summary>
    Reject,

    /// <summary>It ends there.</summary>
    Drop,

    /// <summary>It goes on as it is.</summary>
    Pass,
}
