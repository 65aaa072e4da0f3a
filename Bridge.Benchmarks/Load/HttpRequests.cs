using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>The requests of the HTTP scenarios. All peers are sent the same bytes; each ignores the members it does not know.</summary>
internal static class HttpRequests
{
    public const string Topic = "load/0";

    /// <summary>Asks for a topic's last message.</summary>
    public static byte[] Get(int port) => Encoding.ASCII.GetBytes(
        $"GET /events?brokerKey={BridgeNames.BrokerKey}&topic={Uri.EscapeDataString(Topic)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");

    /// <summary>Publishes a message.</summary>
    public static byte[] Publish(int port, int qos)
    {
        var message = new string('.', LoadPayload.UsualLength);
        var body = $$"""{"brokerKey":"{{BridgeNames.BrokerKey}}","topic":"{{Topic}}","message":"{{message}}","qos":{{qos}}}""";
        return Encoding.ASCII.GetBytes(
            $"POST /publish HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
