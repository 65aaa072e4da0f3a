using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Bridge.Tests.Access.Doors;

/// <summary>The bridge's doors, for somebody with these credentials.</summary>
internal sealed class Door : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BridgeHost _bridge;
    private readonly string? _credentials;
    private readonly List<HttpClient> _clients = [];

    public Door(BridgeHost bridge, string? credentials)
    {
        (_bridge, _credentials) = (bridge, credentials);
        Client = CreateClient(credentials);
    }

    public HttpClient Client { get; private set; }

    public static string StatusOf(HttpResponseMessage response) => ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);

    public Task<string> GetAsync(string uri) => SendAsync(HttpMethod.Get, uri);

    public Task<string> PostJsonAsync(string uri, string json) => SendAsync(HttpMethod.Post, uri, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<string> PostFormAsync(string uri, string form) =>
        SendAsync(HttpMethod.Post, uri, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));

    /// <summary>The status; of an array the problems' codes.</summary>
    public async Task<string> SendAsync(HttpMethod method, string uri, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode != HttpStatusCode.MultiStatus)
            return StatusOf(response);

        var items = await response.Content.ReadFromJsonAsync<Item[]>();
        return $"207 {string.Join('+', items!.Select(item => item.Code ?? "sent"))}";
    }

    /// <summary>A ticket; null where none is given.</summary>
    public async Task<string?> TakeTicketAsync()
    {
        using var response = await Client.PostAsync(new Uri("/ticket", UriKind.Relative), content: null);
        if (!response.IsSuccessStatusCode)
            return null;

        var ticket = (await response.Content.ReadFromJsonAsync<Ticket>())!.Text;
        Secrets.Add(ticket);
        return ticket;
    }

    /// <summary>The same doors for somebody who shows nothing but what is in a URL.</summary>
    public Door WithoutCredentials()
    {
        Client = CreateClient(credentials: null);
        return this;
    }

    public Task<string> InvokeAsync(Func<HubConnection, Task> invoke, bool withTickets = false) => InvokeAsync(
        async hub =>
        {
            await invoke(hub);
            return "ok";
        },
        withTickets);

    /// <summary>Connects and invokes; gives the result, the code of the failure, or the status that refused the connection.</summary>
    public async Task<string> InvokeAsync(Func<HubConnection, Task<string>> invoke, bool withTickets = false)
    {
        await using var hub = new HubConnectionBuilder().WithUrl(
            _bridge.HubUrl, options => options.AccessTokenProvider = withTickets ? TakeTicketAsync : () => Task.FromResult(_credentials)).Build();
        try
        {
            await hub.StartAsync().WaitAsync(Patience);
            return await invoke(hub).WaitAsync(Patience);
        }
        catch (HttpRequestException refused)
        {
            return ((int)refused.StatusCode!).ToString(CultureInfo.InvariantCulture);
        }
        catch (HubException failure)
        {
            // "An unexpected error … HubException: code: detail", or the message alone.
            return failure.Message.Split("HubException: ")[^1].Split(':')[0];
        }
    }

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    private HttpClient CreateClient(string? credentials)
    {
        var client = new HttpClient { BaseAddress = new Uri(_bridge.Url), Timeout = Patience };
        if (credentials is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credentials);
        _clients.Add(client);
        return client;
    }

    private sealed record Item(string? Code);

    private sealed record Ticket([property: System.Text.Json.Serialization.JsonPropertyName("ticket")] string Text);
}
