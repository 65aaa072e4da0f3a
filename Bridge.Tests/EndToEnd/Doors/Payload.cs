using System.Security.Cryptography;
using System.Text;

namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>What is published: a text, where the door has a form for texts, or bytes.</summary>
internal sealed record Payload(byte[] Bytes, string? Text)
{
    /// <summary>The default of <c>Limits:MaxPayloadBytes</c>.</summary>
    public const int MostBytes = 262_144;

    /// <summary>The kinds that <see cref="Make"/> knows.</summary>
    public static readonly string[] Kinds =
        ["json text", "utf-8 text", "largest escaped text", "0 bytes", "1 byte", "64 KB", "256 KB"];

    /// <summary>Makes a payload of the kind; no two are alike, but for the empty ones.</summary>
    public static Payload Make(string kind) => kind switch
    {
        "json text" => Of($$"""{"id":"{{Guid.NewGuid()}}","value":21.50,"list":[1,null,true],"text":"a \"b\" \\ \u00e9"}"""),
        "utf-8 text" => Of($"é ß 漢字 😀👩‍🚀 \"'`<>&\\ \r\n\t\b\u007f\u2028\u2029\ufeff\uffff {Guid.NewGuid()} \0 end "),
        // In JSON each of these takes six bytes.
        "largest escaped text" => Of(Guid.NewGuid().ToString("N") + new string('\0', MostBytes - 32)),
        "0 bytes" => Random(0),
        "1 byte" => new Payload([(byte)RandomNumberGenerator.GetInt32(0x80, 0x100)], null),
        "64 KB" => Random(65_536),
        "256 KB" => Random(MostBytes),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static Payload Of(string text) => new(Encoding.UTF8.GetBytes(text), text);

    public static Payload Random(int length) => new(RandomNumberGenerator.GetBytes(length), null);

    public override string ToString() => $"{Bytes.Length} bytes";
}
