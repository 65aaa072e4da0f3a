using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Tests.Support;

/// <summary>Tells bytes from text on the lines between a test and a script: JSON itself cannot.</summary>
internal sealed class NodeBytesConverter : JsonConverter<byte[]>
{
    private const string Member = "$base64";

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        FromElement(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteBase64String(Member, value);
        writer.WriteEndObject();
    }

    internal static byte[] FromElement(JsonElement element) => element.GetProperty(Member).GetBytesFromBase64();
}
