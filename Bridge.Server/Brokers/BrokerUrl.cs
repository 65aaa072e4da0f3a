namespace Bridge.Server.Brokers;

/// <summary>A broker's address, taken apart.</summary>
/// <param name="Scheme">One of mqtt, mqtts, ws, wss.</param>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The TCP port.</param>
/// <param name="PathAndQuery">The path, for WebSockets.</param>
internal sealed record class BrokerUrl(string Scheme, string Host, int Port, string PathAndQuery)
{
    public bool IsWebSocket => Scheme is "ws" or "wss";

    public bool IsTls => Scheme is "mqtts" or "wss";

    public static BrokerUrl? TryParse(string text, out string? problem)
    {
        const string Example = "it must look like mqtt://host:1883, mqtts://host:8883, ws://host/mqtt or wss://host/mqtt";
        problem = null;
        if (text.Length == 0)
            problem = "is missing; " + Example;
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Port == 0)
            problem = text.Contains('@') ? $"is not a URL; {Example}" : $"'{text}' is not a URL; {Example}";
        else if (uri.UserInfo.Length > 0)
            problem = "must not hold a user or password; use Username and Password or PasswordFile";
        else if (DefaultPort(uri.Scheme) is not { } defaultPort)
            problem = $"the scheme '{uri.Scheme}' is not known; {Example}";
        else if (uri.Scheme is "mqtt" or "mqtts" && uri.PathAndQuery.Length > 1)
            problem = $"'{text}' has a path, which only ws and wss have";
        else
            return new BrokerUrl(uri.Scheme, uri.IdnHost, uri.Port > 0 ? uri.Port : defaultPort, uri.PathAndQuery);
        return null;
    }

    private static int? DefaultPort(string scheme) => scheme switch
    {
        "mqtt" => 1883,
        "mqtts" => 8883,
        "ws" => 80,
        "wss" => 443,
        _ => null,
    };

    public override string ToString() => $"{Scheme}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}{(IsWebSocket ? PathAndQuery : "")}";
}
