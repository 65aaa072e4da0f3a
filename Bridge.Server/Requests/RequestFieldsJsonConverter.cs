using System.Text.Json;
using System.Text.Json.Serialization;
using Bridge.Server.Messages;

namespace Bridge.Server.Requests;

/// <summary>Reads the one object that a hub method takes, in the JSON protocol.</summary>
internal sealed class RequestFieldsJsonConverter : JsonConverter<RequestFields>
{
    /// <summary>Null too is told with its code, not by SignalR.</summary>
    public override bool HandleNull => true;

    public override RequestFields Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonElement.ParseValue(ref reader);
        try
        {
            return FieldJson.FromObject(json);
        }
        // The second where a name holds half a surrogate pair.
        catch (Exception exception) when (exception is BridgeException or InvalidOperationException)
        {
            return new RequestFields(exception.Message);
        }
    }

    public override void Write(Utf8JsonWriter writer, RequestFields value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");
}
