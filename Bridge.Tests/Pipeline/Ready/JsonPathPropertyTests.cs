using System.Text.Json;
using Bridge.Server.Pipeline.Ready;
using CsCheck;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class JsonPathPropertyTests
{
    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "0", "1", "");

    private static readonly Gen<string> Space = Gen.OneOf("", "", " ", "\n\t");

    private static readonly Gen<string> Scalar = Gen.OneOf("1", "-2.50", "1E+3", "true", "null", "\"\"", "\"x\\\"]} y\"", "\"\\\\\"");

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 4 ? Scalar : Gen.OneOf(
        Scalar,
        Gen.Select(inner.Array[0, 3], Space, (items, space) => $"[{space}{string.Join($"{space},", items)}{space}]"),
        Gen.Select(Gen.Select(Name, inner, (name, value) => $"\"{name}\" : {value}").Array[0, 4], Space, (members, space) => $"{{{space}{string.Join($",{space}", members)}{space}}}")));

    /// <summary>As <see cref="JsonDocument"/> finds it, of which duplicate members the last is found too.</summary>
    [Fact]
    public void TryFind_AnyJsonAndPointer_FindsWhatADocumentHasThere() =>
        Gen.Select(Json, Name.Array[1, 3]).Sample(
            (json, names) =>
            {
                using var document = JsonDocument.Parse(json);
                JsonElement? expected = document.RootElement;
                foreach (var name in names)
                    expected = Child(expected, name);

                var bytes = ReadyStepOf.Utf8(json);
                JsonPathParser.Parse("/" + string.Join('/', names)).TryFind(bytes, out var found).Should().BeTrue();
                return expected is { } element
                    ? System.Text.Encoding.UTF8.GetString(found.In(bytes)) == element.GetRawText()
                    : found.IsMissing;
            },
            iter: 20_000);

    [Fact]
    public void Compact_AnyJson_IsWhatAWriterWithoutSpaceWrites() =>
        Json.Sample(
            json =>
            {
                var compact = JsonText.Compact(ReadyStepOf.Utf8(json));
                using var document = JsonDocument.Parse(json);
                return JsonElement.DeepEquals(document.RootElement, JsonDocument.Parse(compact).RootElement)
                    && compact.Length == Tokens(json);
            },
            iter: 5_000);

    private static JsonElement? Child(JsonElement? parent, string name) => parent switch
    {
        { ValueKind: JsonValueKind.Object } element => element.TryGetProperty(name, out var child) ? child : null,
        { ValueKind: JsonValueKind.Array } element => int.TryParse(name, out var index) && index < element.GetArrayLength() ? element[index] : null,
        _ => null,
    };

    /// <summary>How long all tokens are, with what stands between them.</summary>
    private static int Tokens(string json)
    {
        var reader = new Utf8JsonReader(ReadyStepOf.Utf8(json));
        var (length, isFirst) = (0, true);
        while (reader.Read())
        {
            var isEnd = reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject;
            var size = reader.ValueSpan.Length + (reader.TokenType is JsonTokenType.String ? 2 : reader.TokenType is JsonTokenType.PropertyName ? 3 : 0);
            length += size + (isFirst || isEnd ? 0 : 1);
            isFirst = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject or JsonTokenType.PropertyName;
        }

        return length;
    }
}
