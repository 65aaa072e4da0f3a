using System.Diagnostics;
using System.Globalization;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Bridge.Server.Shutdown;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Bridge.Server.Http;

/// <summary>
/// Makes failures <c>application/problem+json</c> (RFC 9457) with their code: those of the bridge, and those that the framework finds,
/// such as a path that does not exist. Also to clients that accept no JSON, to whom the framework by itself would tell nothing.
/// </summary>
internal sealed partial class ProblemWriter(StopSignal stop, AuditLog audit, ILogger<ProblemWriter> logger) : IExceptionHandler, IProblemDetailsWriter
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        // Nobody reads it.
        if (exception is ConnectionResetException or ConnectionAbortedException || context.RequestAborted.IsCancellationRequested)
            return true;

        var failure = ToFailure(exception);
        if (failure.Code == ErrorCodes.Internal)
            Log.Failed(logger, context.Request.Method, context.Request.Path, exception);
        audit.NoteSizes(context, failure);
        await TellAsync(context, failure);
        return true;
    }

    /// <summary>Answers with a failure, and leaves what other headers say of it.</summary>
    public ValueTask TellAsync(HttpContext context, BridgeException failure)
    {
        context.Response.StatusCode = StatusOf(failure.Code);
        if (failure.Code == ErrorCodes.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = ChallengeFor(context.Request);
        if (failure.RetryAfter is { } after)
            context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        return WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = Describe(failure) });
    }

    /// <summary>
    /// Old tools send a name and a password only when they are asked to. A page's script must not be: the browser would ask its user, before
    /// the page can.
    /// </summary>
    private static StringValues ChallengeFor(HttpRequest request) =>
        request.Headers.ContainsKey("Sec-Fetch-Mode") || request.Headers.ContainsKey("Origin") || request.Headers.ContainsKey("X-Requested-With")
            ? "Bearer"
            : new StringValues(["Bearer", "Basic realm=\"bridge\", charset=\"UTF-8\""]);

    /// <summary>A failure as it is told, by itself or as one of several answers.</summary>
    public static ProblemDetails Describe(BridgeException failure)
    {
        var problem = new ProblemDetails { Detail = failure.Message, Extensions = { ["code"] = failure.Code } };
        if (failure.ReasonCode is { } reasonCode)
            problem.Extensions["reasonCode"] = reasonCode;
        Complete(problem, StatusOf(failure.Code));
        return problem;
    }

    bool IProblemDetailsWriter.CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        Complete(context.ProblemDetails, context.HttpContext.Response.StatusCode);
        // Whoever handles a failure begins with removing all headers.
        AnswerHeaders.Set(context.HttpContext.Response);
        context.ProblemDetails.Extensions["traceId"] = Activity.Current?.Id ?? context.HttpContext.TraceIdentifier;
        // Without a token it ends quietly when the client goes meanwhile. A failure here would be logged as one of ours.
        await context.HttpContext.Response.WriteAsJsonAsync(
            context.ProblemDetails, BridgeJson.Options, "application/problem+json", CancellationToken.None);
    }

    private static void Complete(ProblemDetails problem, int status)
    {
        problem.Status = status;
        problem.Title = ReasonPhrases.GetReasonPhrase(status);
        problem.Type = null;
        problem.Extensions.TryAdd("code", status switch
        {
            StatusCodes.Status404NotFound => "not_found",
            StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
            >= 500 => ErrorCodes.Internal,
            _ => ErrorCodes.RequestInvalid,
        });
    }

    private BridgeException ToFailure(Exception exception) => exception switch
    {
        BridgeException known => known,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large =>
            new BridgeException(ErrorCodes.PayloadTooLarge, large.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow =>
            new BridgeException(ErrorCodes.RequestTimeout, slow.Message),
        BadHttpRequestException bad => BridgeException.RequestInvalid(bad.Message),
        OperationCanceledException when stop.HasBegun =>
            new BridgeException(ErrorCodes.BrokerDisconnected, "The bridge stops, and its links with it; what was sent to a broker may have reached it.")
            {
                RetryAfter = StopSignal.RestartTakes(),
            },
        _ => new BridgeException(ErrorCodes.Internal, "The bridge failed; its log says why."),
    };

    private static int StatusOf(string code) => code switch
    {
        ErrorCodes.RequestInvalid or ErrorCodes.TopicInvalid or ErrorCodes.FilterInvalid or ErrorCodes.MessageMissing or ErrorCodes.CursorInvalid => 400,
        ErrorCodes.Unauthenticated => 401,
        ErrorCodes.BrokerRefused or ErrorCodes.Forbidden => 403,
        ErrorCodes.BrokerUnknown or ErrorCodes.NoMessage or ErrorCodes.HistoryOff => 404,
        ErrorCodes.NotAcceptable => 406,
        ErrorCodes.RequestTimeout => 408,
        ErrorCodes.IdempotencyConflict => 409,
        ErrorCodes.PayloadTooLarge => 413,
        ErrorCodes.UriTooLong => 414,
        ErrorCodes.UnsupportedMediaType => 415,
        ErrorCodes.StepRejected => 422,
        ErrorCodes.RateLimited or ErrorCodes.TooManySubscriptions or ErrorCodes.BrokerQuota => 429,
        ErrorCodes.BrokerRejected => 502,
        ErrorCodes.BrokerDisconnected or ErrorCodes.Overloaded => 503,
        ErrorCodes.PublishTimeout or ErrorCodes.ReplyTimeout or ErrorCodes.Stale => 504,
        _ => 500,
    };

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception exception);
    }
}
