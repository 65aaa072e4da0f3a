namespace Bridge.Tests.Hostile;

/// <summary>What a request body is.</summary>
internal enum BodyKind
{
    None,
    Json,
    JsonArray,
    Form,
    Raw,
    Other,
}

/// <summary>A door of HTTP: what is asked of it, and how. A new header, parameter or path that means something belongs here.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Methods">Its methods; those that it does not have too.</param>
/// <param name="Paths">Its paths.</param>
/// <param name="Query">Members of the query.</param>
/// <param name="Body">Members of the body; null where it takes none.</param>
/// <param name="Bodies">Which bodies it takes.</param>
internal sealed record HttpCorpus(string Name, string[] Methods, string[] Paths, HostileOperation Query, HostileOperation? Body, BodyKind[] Bodies)
{
    private static readonly HostileOperation Nothing = new("", [], [("a", "1"), ("format", "json")]);

    /// <summary>Headers that mean something to one of the doors, proper ones and others; none says where a request ends.</summary>
    public static readonly string[] Headers =
    [
        "Accept: */*", "Accept: application/json", "Accept: application/vnd.bridge.message+json", "Accept: text/plain;q=0.1, text/html;q=2", "Accept: ,,;;=",
        "Accept: application/octet-stream", "Accept: image/png", "If-None-Match: \"0a1b2c3d.42\"", "If-None-Match: *", "If-None-Match: W/\"", "If-None-Match: \"a\", \"b\",,",
        "If-Modified-Since: yesterday", "Cache-Control: max-age=60", "Cache-Control: max-age=-1", "Cache-Control: max-age=99999999999999", "Cache-Control: \"", "Prefer: wait=0",
        "Prefer: wait=-1, ;=\"", "Prefer: wait=99999999999999999999x", "Prefer: respond-async", "Last-Event-ID: 0a1b2c3d.42", "Last-Event-ID: \u00ff", "Idempotency-Key: key-1", "Idempotency-Key: \"key-2\"",
        "Idempotency-Key: \u00e9", "Origin: http://bridge", "Origin: http://elsewhere.example", "Origin: null", "Origin: \u00ff\u00fe", "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: a, b", "Content-Encoding: gzip", "Content-Encoding: identity", "Range: bytes=0-", "Range: bytes=5-1,-,99999999999999999999-",
        "If-Range: \"a\"", "If-Match: *", "Expect: 200-ok", "Expect: 100-continue", "X-Forwarded-For: \u00ff", "X-Forwarded-Host: a\tb", "X-HTTP-Method-Override: DELETE", "Authorization: Bearer a.b.c",
        "Authorization: Bearer", "Authorization: Basic \u00ff==", "X-Api-Key: \u00ff", "Cookie: a=b; \u0001", "Traceparent: 00-00-00-00", "Accept-Language: \u00e9", "A: \0", ": a", "A B: c", "Accept-Encoding: gzip, br, \u00ff",
        "Connection: keep-alive", "Connection: close", "Connection: upgrade", "Upgrade: h2c", "Sec-WebSocket-Version: 13", "Referer: http://a/#\u00ff", $"X-Long: {new string('x', 9_000)}",
    ];

    /// <summary>The types that are read, and others.</summary>
    public static readonly string[] ContentTypes =
    [
        "application/json; charset=utf-8", "application/json;charset=\"utf-8\"", "application/json; charset=utf-16", "application/vnd.x+json", "application/x-www-form-urlencoded; a=b", "multipart/form-data; boundary=a",
        "text/plain", "a/b;;;=", "/", "", "\u00ff/\u00ff", "application/json, text/plain", "image/svg+xml", "text/html", "application/+json",
    ];

    public static HttpCorpus Events { get; } = new("/events", ["GET", "GET", "GET", "HEAD", "POST"], ["/events", "/events", "/events", "/events/", "/EVENTS", "//events", "/events%00", "/events/a"],
        new("", [("brokerKey", HostileScene.BrokerKey), ("topic", "quiet/1")],
        [
            ("topic", "quiet/#"), ("format", "json"), ("format", "raw"), ("format", "message"), ("wait", "=0"), ("wait", "=-1"), ("wait", "=1e999"), ("maxAge", "=60"), ("limit", "=1"),
            ("since", "0a1b2c3d.42"), ("page", "0a1b2c3d.42"), ("mode", "latest"), ("maxRate", "=5"), ("resumeFrom", "a"), ("snapshot", "=true"), ("access_token", "a.b.c"),
        ]),
        null, [BodyKind.None]);

    /// <summary>A stream has no end of its own: each takes a connection.</summary>
    public static HttpCorpus Stream { get; } = Events with
    {
        Name = "/events?format=stream",
        Query = new("", [("brokerKey", HostileScene.BrokerKey), ("topic", "quiet/#"), ("format", "stream")],
            [("since", "0a1b2c3d.42"), ("mode", "latest"), ("mode", "all"), ("maxRate", "=5"), ("snapshot", "=false"), ("wait", "=0"), ("limit", "=1")]),
    };

    public static HttpCorpus Publish { get; } = new("/publish", ["POST", "POST", "POST", "POST", "PUT", "GET"], ["/publish"],
        HostileOperation.Publish, HostileOperation.Publish, [BodyKind.Json, BodyKind.Json, BodyKind.JsonArray, BodyKind.Form, BodyKind.Raw, BodyKind.Other]);

    public static HttpCorpus Request { get; } = new("/request", ["POST", "POST", "POST", "PATCH"], ["/request"],
        HostileOperation.Request, HostileOperation.Request, [BodyKind.Json, BodyKind.Json, BodyKind.JsonArray, BodyKind.Form, BodyKind.Raw, BodyKind.Other]);

    public static HttpCorpus Others { get; } = new("other paths", ["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "DELETE", "TRACE", "get", "M-SEARCH", new('X', 60)],
        [
            "/brokers", $"/brokers/{HostileScene.BrokerKey}", "/brokers/nobody", "/brokers/%00", "/brokers/%FF", "/brokers/%E2%82", "/brokers/a%2Fb", "/brokers//", "/health/live", "/health/ready", "/health", "/health/\u00e9",
            "/openapi/v1.json", "/openapi/v2.json", "/docs", "/docs/", "/docs/%2e%2e/%2e%2e/appsettings.json", "/", "/index.html", "/index.html%00", "/app.css", "/js/app.js", "/..%5c..%5cwindows", "/../../etc/passwd",
            "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/%", "/%zz", "/%00", "/\\", "/js/", "/lib/signalr.min.js", "/metrics", "/history", "//", "/.", "/a;b=c", "/*", "/favicon.ico", "/" + new string('a', 20_000),
        ],
        Nothing, null, [BodyKind.None, BodyKind.None, BodyKind.Json]);

    public static HttpCorpus Negotiate { get; } = new("/hub/negotiate", ["POST", "POST", "POST", "GET", "OPTIONS", "DELETE"],
        ["/hub/negotiate", "/hub/negotiate", "/hub/negotiate", "/hub/negotiate/", "/hub/negotiate/a", "/hub//negotiate", "/hub", "/hub/%00", "/hub/a"],
        new("", [("negotiateVersion", "=1")], [("id", "AAAAAAAAAAAAAAAAAAAAAA"), ("negotiateVersion", "=0"), ("negotiateVersion", "=-1"), ("access_token", "a.b.c"), ("transport", "webSockets"), ("useStatefulReconnect", "=true")]),
        HostileOperation.Subscribe, [BodyKind.None, BodyKind.None, BodyKind.Json, BodyKind.Raw]);
}
