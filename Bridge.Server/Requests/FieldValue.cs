using System.Globalization;
using System.Text;
using System.Text.Json;
using Bridge.Server.Messages;

namespace Bridge.Server.Requests;

/// <summary>The value of a request's member: plain text (forms, queries, MessagePack strings), bytes, or JSON.</summary>
internal readonly struct FieldValue
{
    private readonly string? _text;
    private readonly byte[]? _bytes;
    private readonly JsonElement _json;
    private readonly bool _isLenient;

    private FieldValue(string? text, byte[]? bytes, JsonElement json, bool isLenient) =>
        (_text, _bytes, _json, _isLenient) = (text, bytes, json, isLenient);

    /// <summary>Something that stands for no value, whatever it is read as.</summary>
    public static FieldValue Unreadable => default;

    public bool IsNull => _json.ValueKind == JsonValueKind.Null;

    public static FieldValue FromText(string text) => new(text, null, default, isLenient: false);

    /// <summary>A form field or a query parameter: text that may stand for a number or a flag.</summary>
    public static FieldValue FromForm(string text) => new(text, null, default, isLenient: true);

    public static FieldValue FromBytes(byte[] bytes) => new(null, bytes, default, isLenient: false);

    /// <summary>JSON; undefined where it could not be read.</summary>
    public static FieldValue FromJson(JsonElement json) => new(null, null, json, isLenient: false);

    public string? AsText()
    {
        if (_text is not null)
            return IsWellFormed(_text) ? _text : null;
        return _json.ValueKind == JsonValueKind.String ? ReadJsonText(_json) : null;
    }

    public bool? AsFlag() => _json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ when _isLenient && bool.TryParse(_text, out var flag) => flag,
        _ when _isLenient && _text is "1" or "0" => _text is "1",
        _ => null,
    };

    public long? AsNumber()
    {
        if (_json.ValueKind == JsonValueKind.Number && _json.TryGetInt64(out var number))
            return number;
        return _isLenient && long.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    /// <summary>A number with a fraction, or without one.</summary>
    public double? AsReal()
    {
        if (_json.ValueKind == JsonValueKind.Number && _json.TryGetDouble(out var number))
            return number;
        return _isLenient && double.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    public ReadOnlyMemory<byte>? AsBytes()
    {
        if (_bytes is not null)
            return _bytes;
        if (AsText() is not { } text)
            return null;

        var decoded = new byte[text.Length];
        return Convert.TryFromBase64String(text, decoded, out var length) ? decoded.AsMemory(0, length) : default(ReadOnlyMemory<byte>?);
    }

    public ReadOnlyMemory<byte>? AsPayload()
    {
        if (_bytes is not null)
            return _bytes;
        if (_text is not null)
            return ToUtf8(_text) is { } utf8 ? utf8 : default(ReadOnlyMemory<byte>?);
        if (_json.ValueKind == JsonValueKind.String)
            return ReadJsonText(_json) is { } text ? Encoding.UTF8.GetBytes(text) : default(ReadOnlyMemory<byte>?);

        return FieldJson.TryWriteCompact(_json) is { } json ? json : default(ReadOnlyMemory<byte>?);
    }

    public IReadOnlyList<string[]>? AsPairs()
    {
        var json = _isLenient ? FieldJson.TryParse(_text!) : _json;
        if (json.ValueKind != JsonValueKind.Array)
            return null;

        var pairs = new List<string[]>();
        foreach (var pair in json.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || ReadJsonText(pair[0]) is not { } name || ReadJsonText(pair[1]) is not { } value)
                return null;
            pairs.Add([name, value]);
        }

        return pairs;
    }

    /// <summary>Reads a JSON string; null where it holds half a surrogate pair, which UTF-8 cannot.</summary>
    private static string? ReadJsonText(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String)
            return null;

        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsWellFormed(string text)
    {
        // Without a surrogate it is; that is quickly seen.
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return true;
        return ToUtf8(text) is not null;
    }

    private static byte[]? ToUtf8(string text)
    {
        try
        {
            return StrictUtf8.Instance.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}
