using System.Net.Http.Json;
using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR.Client;

namespace Bridge.Tests.Access.Doors;

/// <summary>Everything that can be done at a door, each as one call that tells what came of it.</summary>
internal static class DoorActions
{
    private const string Ask = """{"brokerKey":"plant","topic":"device/1/ask","message":"hello"}""";

    /// <summary>By name: the HTTP status, or the code of a hub's failure, or what else was to be seen.</summary>
    public static IReadOnlyDictionary<string, Func<Door, Task<string>>> All { get; } = new Dictionary<string, Func<Door, Task<string>>>
    {
        ["GET a topic"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/1/temp"),
        ["GET a denied topic"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/secret/x"),
        ["GET a filter"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/1/%23"),
        ["GET a filter too wide"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/%23"),
        ["GET and wait"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/none&wait=0.1"),
        ["GET raw"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/1/temp&format=raw"),
        ["HEAD"] = door => door.SendAsync(HttpMethod.Head, "/events?brokerKey=plant&topic=device/1/temp"),
        ["stream"] = door => door.GetAsync("/events?brokerKey=plant&topic=device/1/%23&format=stream"),
        ["stream with a ticket"] = StreamWithTicketAsync,
        ["GET of no broker"] = door => door.GetAsync("/events?brokerKey=nowhere&topic=a"),
        ["GET history"] = door => door.GetAsync("/history?brokerKey=plant&topic=device/1/temp"),
        ["GET history too wide"] = door => door.GetAsync("/history?brokerKey=plant&topic=device/%23"),
        ["POST JSON"] = door => door.PostJsonAsync("/publish", """{"brokerKey":"plant","topic":"device/1/set","message":"1"}"""),
        ["POST form"] = door => door.PostFormAsync("/publish", "brokerKey=plant&topic=device/1/set&message=1"),
        ["POST raw"] = door => door.PostFormAsync("/publish?brokerKey=plant&topic=device/1/set", "1"),
        ["POST retained"] = door => door.PostJsonAsync("/publish", """{"brokerKey":"plant","topic":"device/1/set","message":"1","retain":true}"""),
        ["POST array"] = door => door.PostJsonAsync("/publish", """[{"brokerKey":"plant","topic":"device/1/set","message":"1"}]"""),
        ["request"] = door => door.PostJsonAsync("/request", Ask),
        ["GET brokers"] = BrokersAsync,
        ["GET broker"] = door => door.GetAsync("/brokers/plant"),
        ["GET of no such broker"] = door => door.GetAsync("/brokers/nowhere"),
        ["ready"] = ReadyAsync,
        ["ticket"] = door => door.PostJsonAsync("/ticket", ""),
        ["explain"] = door => door.GetAsync("/access/explain?user=reader&brokerKey=plant&topic=a&action=read"),
        ["metrics"] = door => door.GetAsync("/metrics"),
        ["hub connect"] = door => door.InvokeAsync(_ => Task.CompletedTask),
        ["hub connect with a ticket"] = HubWithTicketAsync,
        ["hub Subscribe"] = door => door.InvokeAsync(hub => hub.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = "device/1/#" })),
        ["hub Subscribe too wide"] = door => door.InvokeAsync(hub => hub.InvokeAsync("Subscribe", new { brokerKey = "plant", topic = "#" })),
        ["hub GetLast"] = door => door.InvokeAsync(hub => hub.InvokeAsync("GetLast", new { brokerKey = "plant", topic = "device/1/temp" })),
        ["hub GetLast denied"] = door => door.InvokeAsync(hub => hub.InvokeAsync("GetLast", new { brokerKey = "plant", topic = "device/secret/x" })),
        ["hub GetHistory"] = door => door.InvokeAsync(hub => hub.InvokeAsync("GetHistory", new { brokerKey = "plant", topic = "device/1/temp" })),
        ["hub GetHistory denied"] = door => door.InvokeAsync(hub => hub.InvokeAsync("GetHistory", new { brokerKey = "plant", topic = "device/secret/x" })),
        ["hub Publish"] = door => door.InvokeAsync(hub => hub.InvokeAsync("Publish", new { brokerKey = "plant", topic = "device/1/set", message = "1" })),
        ["hub Publish retained"] = door => door.InvokeAsync(hub => hub.InvokeAsync("Publish", new { brokerKey = "plant", topic = "device/1/set", message = "1", retain = true })),
        ["hub Request"] = door => door.InvokeAsync(hub => hub.InvokeAsync("Request", new { brokerKey = "plant", topic = "device/1/ask", message = "hello" })),
        ["hub GetBrokers"] = door => door.InvokeAsync(async hub => KeysOf(await hub.InvokeAsync<BrokerInfo[]>("GetBrokers"))),
    };

    private static async Task<string> BrokersAsync(Door door)
    {
        using var response = await door.Client.GetAsync(new Uri("/brokers", UriKind.Relative));
        return response.IsSuccessStatusCode ? KeysOf((await response.Content.ReadFromJsonAsync<BrokerInfo[]>())!) : Door.StatusOf(response);
    }

    /// <summary>Whether the bridge is well is told to everybody, and how which broker is to those who may see it.</summary>
    private static async Task<string> ReadyAsync(Door door)
    {
        using var response = await door.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        if (!response.IsSuccessStatusCode)
            return Door.StatusOf(response);

        var health = await response.Content.ReadFromJsonAsync<Health>();
        return health!.Brokers.Length == 0 ? "200" : string.Join('+', health.Brokers.Select(broker => broker.BrokerKey));
    }

    private static async Task<string> StreamWithTicketAsync(Door door) =>
        await door.TakeTicketAsync() is { } ticket ? await door.WithoutCredentials().GetAsync($"/events?brokerKey=plant&topic=device/1/%23&format=stream&ticket={ticket}") : "no ticket";

    private static async Task<string> HubWithTicketAsync(Door door) =>
        await door.TakeTicketAsync() is null ? "no ticket" : await door.InvokeAsync(_ => Task.CompletedTask, withTickets: true);

    private static string KeysOf(BrokerInfo[] brokers) => brokers.Length == 0 ? "-" : string.Join('+', brokers.Select(broker => broker.BrokerKey));

    private sealed record Health(BrokerStateChange[] Brokers);
}
