using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bridge.Server.Access;

namespace Bridge.Server.Hosting;

/// <summary>The command <c>key NAME [--role ROLE]</c>: makes an API key, shows it this once, and its line for the configuration.</summary>
internal static class KeyCommand
{
    /// <summary>Those who search files for secrets that should not be there know it by this.</summary>
    public const string KeyPrefix = "brk_";

    private const int KeyBytes = 32;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsMeantBy(string[] arguments) => arguments is ["key", ..];

    /// <returns>The exit code.</returns>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">Gets two lines: the key, and its JSON.</param>
    /// <param name="notes">Gets what people should know.</param>
    public static int Run(string[] arguments, TextWriter output, TextWriter notes)
    {
        (string Name, string? Role)? asked = arguments switch
        {
            [_, var only] => (only, null),
            [_, var named, "--role", var of] => (named, of),
            _ => null,
        };
        if (asked is not { Name: [not '-', ..] } key)
        {
            notes.WriteLine("usage: key NAME [--role ROLE]");
            return 1;
        }

        var text = KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        output.WriteLine(text);
        output.WriteLine(Line(key.Name, ApiKeyHash.Of(text), key.Role));
        notes.WriteLine("The first line is the key. It is stored nowhere and not shown again. The second line belongs into Bridge:Access:ApiKeys"
            + (key.Role is null ? ", with a \"Role\" added." : "."));
        return 0;
    }

    private static string Line(string name, ApiKeyHash hash, string? role)
    {
        var end = role is null ? "" : $", \"Role\": {JsonSerializer.Serialize(role, Json)}";
        return $$"""{ "Name": {{JsonSerializer.Serialize(name, Json)}}, "Hash": "{{hash}}"{{end}} }""";
    }
}
