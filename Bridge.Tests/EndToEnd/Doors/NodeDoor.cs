using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd.Doors;

/// <summary>The public JavaScript client of SignalR, with one of its protocols.</summary>
internal sealed partial class NodeDoor : IDoor
{
    private readonly NodeHubClient _client;
    private readonly bool _isJson;

    private NodeDoor(NodeHubClient client, bool isJson) => (_client, _isJson) = (client, isJson);

    public static async Task<NodeDoor> OpenAsync(string hubUrl, string protocol, string filter, params string[] brokerKeys)
    {
        var door = new NodeDoor(await NodeHubClient.ConnectAsync(hubUrl, protocol), protocol == "json");
        foreach (var brokerKey in brokerKeys)
            await door._client.InvokeAsync("Subscribe", new { brokerKey, topic = filter });
        return door;
    }

    public async Task PublishAsync(string brokerKey, string topic, Payload payload)
    {
        object request = payload.Text is { } text ? new { brokerKey, topic, message = text }
            : _isJson ? new { brokerKey, topic, messageBase64 = Convert.ToBase64String(payload.Bytes) }
            : new { brokerKey, topic, message = payload.Bytes };
        try
        {
            await _client.InvokeAsync("Publish", request);
        }
        catch (NodeException exception) when (CodeInError().Match(exception.Message) is { Success: true } match)
        {
            throw new DoorException(match.Groups[1].Value);
        }
    }

    public async Task<byte[]> ReceiveAsync(string brokerKey, string topic)
    {
        var happened = await _client.WaitForEventAsync(happened => Find(happened, brokerKey, topic) is not null);
        return BytesOf(Find(happened, brokerKey, topic)!.Value);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    /// <summary>An envelope's payload, in either protocol.</summary>
    private static byte[] BytesOf(JsonElement envelope)
    {
        if (envelope.TryGetProperty("messageBase64", out var base64))
            return base64.GetBytesFromBase64();
        var message = envelope.GetProperty("message");
        return message.ValueKind == JsonValueKind.String
            ? Encoding.UTF8.GetBytes(message.GetString()!)
            : message.Deserialize<byte[]>(NodeClient.JsonOptions)!;
    }

    private static JsonElement? Find(NodeEvent happened, string brokerKey, string topic)
    {
        if (happened.Event != "Messages" || happened.Args[0].GetProperty("brokerKey").GetString() != brokerKey)
            return null;
        foreach (var envelope in happened.Args[0].GetProperty("messages").EnumerateArray())
            if (envelope.GetProperty("topic").GetString() == topic)
                return envelope;
        return null;
    }

    [GeneratedRegex("HubException: ([a-z_]+): ")]
    private static partial Regex CodeInError();
}
