using System.Buffers;
using System.Text;
using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Requests;
using Bridge.Server.Shutdown;

namespace Bridge.Server.Http;

/// <summary>
/// <c>GET /events</c> as server-sent events (HTML standard §9.2): what the hub's Subscribe gives, with nothing but a GET. A browser's
/// EventSource goes on by itself where it was, because each event's id is its cursor.
/// </summary>
internal sealed class EventStreamEndpoint(
    RequestParser parser, BrokerReads reads, CallerSessions sessions, OutboxContext outboxes, StopSignal stop, TimeProvider time)
{
    /// <summary>So often a comment is sent: that proxies do not end a connection on which nothing happens.</summary>
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(15);

    // In milliseconds: after how long a browser connects again. Its own default is several seconds, the same for all: they would come
    // back to a bridge that was restarted in one moment.
    private const int EarliestRetry = 1_000;
    private const int LatestRetry = 4_000;

    public async Task HandleAsync(HttpContext context, RequestFields query)
    {
        stop.ThrowIfEnding();
        var (brokerKey, terms) = Parse(context.Request, query);
        var caller = Caller.Of(context);
        using var session = sessions.Open(caller.Identity, SessionKind.Stream);
        session.ThrowIfEnded();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop.ConnectionsEnd, session.Ended);
        var sink = new EventStreamSink(context, ended.Token);
        var outbox = new Outbox(sink, outboxes);
        try
        {
            var subscribed = await reads.SubscribeAsync(caller, outbox, brokerKey, terms, ended.Token);
            await BeginAsync(context.Response, subscribed, terms, ended.Token);
            sink.Begin();
            if (!HttpMethods.IsHead(context.Request.Method))
                await KeepAliveAsync(outbox, subscribed, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await sink.EndAsync();
            outbox.Close();
        }
    }

    private (string BrokerKey, SubscriptionTerms Terms) Parse(HttpRequest request, RequestFields query)
    {
        RequestParser.ThrowIfMisplaced(query, "last values, without format=stream", "wait", "maxAge", "limit", "page");
        var (brokerKey, terms) = parser.ParseSubscribe(query);
        // A browser that connects again sends the header, and still the query that it began with.
        var resumeFrom = request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : query.OptionalText("since");
        return (brokerKey, resumeFrom is null ? terms : terms with { ResumeFrom = StreamCursor.Parse(resumeFrom) });
    }

    /// <summary>What the hub answers to Subscribe comes first: whether the stream goes on where it was, above all. Then the link's state.</summary>
    private async Task BeginAsync(HttpResponse response, SubscribeResult subscribed, SubscriptionTerms terms, CancellationToken ended)
    {
        response.ContentType = $"{Representations.StreamType}; charset=utf-8";
        // For nginx, which would gather them.
        response.Headers["X-Accel-Buffering"] = "no";
        if (terms.ResumeFrom is not null && !subscribed.Resumed)
            response.Headers[EventsHeaders.CursorReset] = "true";
        // Who wants no last values is up to date from the beginning; others when they have them.
        var id = terms is { Snapshot: false, ResumeFrom: null } ? $"id: {subscribed.Cursor}\n" : "";
        var json = JsonSerializer.Serialize(subscribed, BridgeJson.Options);
        response.BodyWriter.Write(Encoding.UTF8.GetBytes($"retry: {Random.Shared.Next(EarliestRetry, LatestRetry)}\n\n{id}event: subscribed\ndata: {json}\n\n"));
        response.BodyWriter.Write(WireRecords.EncodeState(WireFormat.EventStream, reads.StateOf(subscribed.BrokerKey)));
        await response.BodyWriter.FlushAsync(ended);
    }

    private async Task KeepAliveAsync(Outbox outbox, SubscribeResult subscribed, CancellationToken ended)
    {
        // Where there is none any more, its broker was removed meanwhile.
        if (outbox.Find(subscribed.Subscription) is { } subscriber)
            await KeepAliveAsync(outbox, subscriber, ended);
        await outbox.WhenWritten().WaitAsync(ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepAliveAsync(Outbox outbox, Subscriber subscriber, CancellationToken ended)
    {
        var stream = subscriber.Feed.Stream;
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ended, stream.Ended);
        using var timer = new PeriodicTimer(HeartbeatEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(any.Token))
                outbox.Offer(new Heartbeat(stream.FindReached(subscriber)));
        }
        catch (OperationCanceledException)
        {
            // Its client has gone, its credentials count no more, its broker was removed, or the bridge stops.
        }
    }
}
