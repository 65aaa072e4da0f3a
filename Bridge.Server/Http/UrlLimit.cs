using Bridge.Contracts;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Server.Http;

/// <summary>Refuses requests whose URL is longer than it may be, before anything reads it.</summary>
internal static class UrlLimit
{
    public static void UseUrlLimit(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<BridgeOptions>().Limits.MaxUrlBytes is not (> 0 and var most))
            return;

        app.Use(next => context =>
        {
            // Kestrel takes no others than ASCII characters: they are bytes.
            if (context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > most)
                throw new BridgeException(ErrorCodes.UriTooLong, $"The URL may have {most} bytes: Bridge:Limits:MaxUrlBytes.");
            return next(context);
        });
    }
}
