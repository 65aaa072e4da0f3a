namespace Bridge.Server.Http;

/// <summary>
/// Headers of every answer, whatever it is. Payloads come from strangers: no browser may take them for something that it runs, and no
/// page of another site may include them (such a request says no origin). Pages of configured origins ask by CORS, to which it is nothing.
/// </summary>
internal static class AnswerHeaders
{
    public static void Set(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
