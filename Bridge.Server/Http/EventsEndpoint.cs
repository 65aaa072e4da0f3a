using System.Text.Json;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Bridge.Server.Shutdown;

namespace Bridge.Server.Http;

/// <summary><c>GET /events</c>: last values, now or when they have changed, or as a stream.</summary>
internal sealed class EventsEndpoint(
    RequestParser parser,
    BrokerReads reads,
    EventStreamEndpoint eventStream,
    CallerSessions sessions,
    ProblemWriter problems,
    StopSignal stop,
    TimeProvider time)
{
    private const int FlushAfter = 65_536;

    public Task HandleAsync(HttpContext context)
    {
        var fields = UrlEncoded.Parse(context.Request.QueryString);
        RequestParser.ThrowIfMisplaced(fields, "the hub; here it is 'since'", "resumeFrom");
        var representation = Representations.Choose(fields.OptionalText("format"), context.Request.Headers.Accept);
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.Vary = "Accept";
        return representation == Representation.Stream
            ? eventStream.HandleAsync(context, fields)
            : AnswerAsync(context, EventsQuery.Parse(parser, fields, context.Request.Headers, representation));
    }

    private async Task AnswerAsync(HttpContext context, EventsQuery query)
    {
        var filter = query.Terms.Filter;
        if (query.Representation == Representation.Raw && !filter.IsExact)
            throw new BridgeException(ErrorCodes.NotAcceptable, "The raw payload of one topic can be shown, not of a filter.");

        var values = await ReadAsync(context, query);
        var response = context.Response;
        EventsHeaders.Write(response, query, values, reads.StateOf(query.BrokerKey).State, time.GetUtcNow());
        if (values.Outcome == ReadOutcome.Unchanged)
            response.StatusCode = StatusCodes.Status304NotModified;
        else if (values.Outcome == ReadOutcome.Stale)
            await problems.TellAsync(context, BrokerReads.Stale(query.Terms));
        else if (!filter.IsExact)
            await WriteListAsync(response, values);
        else if (values.Messages is [{ IsDeletion: false } last])
            await ValueWriter.WriteAsync(response, query.Representation, query.Representation == Representation.Message ? values.Show(last) : last.Message);
        else
            await problems.TellAsync(context, NoMessage(query));
    }

    private async ValueTask<LastValues> ReadAsync(HttpContext context, EventsQuery query)
    {
        var caller = Caller.Of(context);
        if (query.Wait == TimeSpan.Zero)
            return await reads.ReadAsync(caller, query.BrokerKey, query.Terms, TimeSpan.Zero, context.RequestAborted);

        // A bridge that stops answers those who wait.
        using var session = sessions.Open(caller.Identity, SessionKind.Wait);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop.WaitsEnd, session.Ended);
        var values = await reads.ReadAsync(caller, query.BrokerKey, query.Terms, query.Wait, ended.Token);
        session.ThrowIfEnded();
        return values;
    }

    private static async Task WriteListAsync(HttpResponse response, LastValues values)
    {
        response.ContentType = BridgeJson.ContentType;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, StringifyEncoder.WriterOptions);
        writer.WriteStartArray();
        foreach (var message in values.Messages)
        {
            ValueWriter.WriteEnvelope(writer, values.Show(message));
            // A long list leaves as it is written: it is never in memory as a whole.
            if (writer.BytesPending > FlushAfter)
            {
                await writer.FlushAsync();
                await response.BodyWriter.FlushAsync();
            }
        }

        writer.WriteEndArray();
    }

    private static BridgeException NoMessage(EventsQuery query) =>
        new(ErrorCodes.NoMessage, $"Nothing is known of topic '{query.Terms.Filter.Text}' on broker '{query.BrokerKey}'.");
}
