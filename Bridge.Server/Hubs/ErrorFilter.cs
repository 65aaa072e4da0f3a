using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Messages;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Server.Hubs;

/// <summary>Makes failures what hub clients are told: <c>code: detail</c>. A fault of the bridge is logged, and told without detail.</summary>
internal sealed partial class ErrorFilter(AuditLog audit, ILogger<ErrorFilter> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (BridgeException exception)
        {
            audit.NoteSizes(invocationContext.Context.GetHttpContext(), exception);
            throw new HubException($"{exception.Code}: {exception.Message}");
        }
        catch (OperationCanceledException) when (invocationContext.Context.ConnectionAborted.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            Log.Failed(logger, invocationContext.HubMethodName, exception);
            throw new HubException($"{ErrorCodes.Internal}: The bridge failed; its log says why.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Error, "Hub method {Method} failed")]
        public static partial void Failed(ILogger logger, string method, Exception exception);
    }
}
