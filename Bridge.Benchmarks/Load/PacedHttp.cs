using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Benchmarks.Load;

/// <summary>
/// Sends requests of one user at a steady rate, whether the ones before are answered or not. A latency is counted from when a request was
/// due.
/// </summary>
internal sealed class PacedHttp : IDisposable
{
    private readonly HttpClient _client;
    private readonly Func<HttpRequestMessage> _request;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private long _refused;
    private long _failed;

    /// <param name="port">The bridge's port.</param>
    /// <param name="user">Whose the requests are.</param>
    /// <param name="rate">How many a second.</param>
    /// <param name="request">Makes one.</param>
    public PacedHttp(int port, string user, int rate, Func<HttpRequestMessage> request)
    {
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", user);
        _request = request;
        _sending = Task.Run(() => new Pace(rate).RunAsync(due => _ = SendAsync(due), _stop.Token));
    }

    public SharedHistogram Latency { get; } = new();

    /// <summary>How many were answered with 429.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>How many were answered with another failure, or not at all.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public static HttpRequestMessage Publish()
    {
        var message = new string('.', LoadPayload.UsualLength);
        var body = $$"""{"brokerKey":"{{BridgeNames.BrokerKey}}","topic":"{{HttpRequests.Topic}}","message":"{{message}}"}""";
        return new HttpRequestMessage(HttpMethod.Post, "/publish") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    public static HttpRequestMessage Read() =>
        new(HttpMethod.Get, $"/events?brokerKey={BridgeNames.BrokerKey}&topic={Uri.EscapeDataString(HttpRequests.Topic)}");

    public void Dispose()
    {
        _stop.Cancel();
        _sending.Wait();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(long due)
    {
        try
        {
            using var request = _request();
            using var response = await _client.SendAsync(request);
            Latency.Add(LoadPayload.Microseconds - due);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                Interlocked.Increment(ref _refused);
            else if (!response.IsSuccessStatusCode)
                Interlocked.Increment(ref _failed);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            if (!_stop.IsCancellationRequested)
                Interlocked.Increment(ref _failed);
        }
    }
}
