using System.Globalization;
using System.Text.Json.Serialization;
using Bridge.Contracts;
using Bridge.Server.Messages;
using MessagePack;

namespace Bridge.Server.Requests;

/// <summary>
/// The members of a request, whichever door it came through: a JSON object, a MessagePack map, form fields or a query. What is wrong
/// with them is found when they are read, so that it is told with its code, as SignalR's own binding would not.
/// </summary>
[JsonConverter(typeof(RequestFieldsJsonConverter))]
[MessagePackFormatter(typeof(RequestFieldsFormatter))]
internal sealed class RequestFields
{
    private readonly Dictionary<string, FieldValue> _fields = new(StringComparer.Ordinal);
    private readonly string? _problem;

    public RequestFields(string? problem = null) => _problem = problem;

    /// <summary>Adds a member.</summary>
    /// <exception cref="BridgeException">It is there already.</exception>
    public void Add(string name, FieldValue value)
    {
        if (!_fields.TryAdd(name, value))
            throw BridgeException.RequestInvalid($"'{name}' is there more than once.");
    }

    /// <summary>The names of all members.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    public bool Has(string name) => Find(name) is not null;

    public string RequiredText(string name) =>
        OptionalText(name) ?? throw BridgeException.RequestInvalid($"'{name}' is missing.");

    public string? OptionalText(string name) => Find(name) is { } value
        ? value.AsText() ?? throw BridgeException.RequestInvalid($"'{name}' must be a string of well-formed Unicode.")
        : null;

    public bool Flag(string name, bool otherwise) => Find(name) is { } value
        ? value.AsFlag() ?? throw BridgeException.RequestInvalid($"'{name}' must be true or false.")
        : otherwise;

    public long? Number(string name, long least, long most) => Find(name) is { } value
        ? value.AsNumber() is { } number && number >= least && number <= most
            ? number
            : throw BridgeException.RequestInvalid($"'{name}' must be a whole number between {least} and {most}.")
        : null;

    public double? Real(string name, double least, double most) => Find(name) is { } value
        ? value.AsReal() is { } number && number >= least && number <= most
            ? number
            : throw BridgeException.RequestInvalid(string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a number between {least} and {most}."))
        : null;

    /// <summary>Bytes: <c>bin</c> in MessagePack, otherwise base64.</summary>
    public ReadOnlyMemory<byte>? Bytes(string name)
    {
        if (Find(name) is not { } value)
            return null;

        return value.AsBytes() ?? throw BridgeException.RequestInvalid($"'{name}' must be base64 (or bin in MessagePack).");
    }

    /// <summary>A list of <c>[name, value]</c> pairs.</summary>
    public IReadOnlyList<string[]>? Pairs(string name) => Find(name) is { } value
        ? value.AsPairs() ?? throw BridgeException.RequestInvalid($"'{name}' must be a list of [name, value] pairs of strings.")
        : null;

    /// <summary>The payload: <c>message</c> (a string, or any other value as compact JSON) or <c>messageBase64</c>.</summary>
    public ReadOnlyMemory<byte> Payload()
    {
        var message = Find("message");
        var base64 = Bytes("messageBase64");
        if (message is not null && base64 is not null)
            throw BridgeException.RequestInvalid("'message' and 'messageBase64' exclude each other.");

        return base64
            ?? message?.AsPayload()
            ?? throw (message is null
                ? new BridgeException(ErrorCodes.MessageMissing, "'message' (or 'messageBase64') is missing.")
                : BridgeException.RequestInvalid("'message' must be well-formed Unicode, or a value that JSON has."));
    }

    /// <summary>Members that say nothing (null, nil) count as absent.</summary>
    private FieldValue? Find(string name)
    {
        if (_problem is not null)
            throw BridgeException.RequestInvalid(_problem);

        return _fields.TryGetValue(name, out var value) && !value.IsNull ? value : null;
    }
}
