using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Bridge.Tests.Support;

/// <summary>One connection to a stream of server-sent events, read as the HTML standard has it.</summary>
internal sealed class EventStreamClient : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly SseParser<string> _parser;
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private EventStreamClient(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _parser = SseParser.Create(stream, static (_, data) => System.Text.Encoding.UTF8.GetString(data));
        _items = _parser.EnumerateAsync().GetAsyncEnumerator();
    }

    public HttpResponseMessage Response => _response;

    /// <summary>The id of the last event that had one, as a browser would send it when it connects again.</summary>
    public string LastEventId => _parser.LastEventId;

    /// <summary>Connects; the answer's head is there when this returns.</summary>
    public static async Task<EventStreamClient> OpenAsync(HttpClient client, string uri, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (!string.IsNullOrEmpty(lastEventId))
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.DefaultTimeout);
        response.EnsureSuccessStatusCode();
        return new EventStreamClient(response, await response.Content.ReadAsStreamAsync());
    }

    /// <returns>The next event; null when the stream has ended.</returns>
    public async Task<StreamEvent?> ReadAsync(TimeSpan? timeout = null)
    {
        if (!await _items.MoveNextAsync().AsTask().WaitAsync(timeout ?? Eventually.DefaultTimeout))
            return null;

        var item = _items.Current;
        return new StreamEvent(item.EventType, item.EventId, JsonSerializer.Deserialize<JsonElement>(item.Data));
    }

    /// <summary>Reads until an event of a type; gives what came, this included.</summary>
    public async Task<List<StreamEvent>> ReadUntilAsync(string type)
    {
        var events = new List<StreamEvent>();
        do
            events.Add(await ReadAsync() ?? throw new EndOfStreamException($"It ended before an event of type '{type}'."));
        while (events[^1].Type != type);
        return events;
    }

    public ValueTask DisposeAsync()
    {
        // Not the enumerator: it may be waiting for what will not come.
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>One event of a stream.</summary>
internal sealed record StreamEvent(string Type, string? Id, JsonElement Data)
{
    public string Topic => Data.GetProperty("topic").GetString()!;

    public string Message => Data.GetProperty("message").GetString()!;
}
