using Bridge.Server.FanOut;
using Bridge.Server.Messages;
using Bridge.Server.Requests;
using Microsoft.Net.Http.Headers;

namespace Bridge.Server.Http;

/// <summary>What <c>GET /events</c> asks for, in its query and its headers; the query goes before.</summary>
/// <param name="BrokerKey">The broker.</param>
/// <param name="Terms">Which last values.</param>
/// <param name="Wait">How long to wait for something new.</param>
/// <param name="Format">The form that the query names; null where it names none.</param>
/// <param name="Representation">The form.</param>
internal sealed record EventsQuery(string BrokerKey, ReadTerms Terms, TimeSpan Wait, string? Format, Representation Representation)
{
    /// <summary>In seconds: proxies and clients give up soon after it.</summary>
    private const int LongestWait = 60;

    /// <exception cref="BridgeException">A parameter is missing or wrong.</exception>
    public static EventsQuery Parse(RequestParser parser, RequestFields query, IHeaderDictionary headers, Representation representation)
    {
        RequestParser.ThrowIfMisplaced(query, "a stream of values, with format=stream", "mode", "maxRate", "snapshot");
        if (query.Has("page"))
            RequestParser.ThrowIfMisplaced(query, "the first part of a list; 'page' goes on with that", "since", "wait");
        var (brokerKey, terms) = parser.ParseRead(query);
        if (terms.MaxAge is null && headers.CacheControl.Count > 0)
            terms = terms with { MaxAge = FindMaxAge(headers) };
        if (headers.IfNoneMatch.Count > 0)
            terms = terms with { KnownTags = FindKnownTags(headers, representation) };
        return new EventsQuery(brokerKey, terms, FindWait(query, headers), query.OptionalText("format"), representation);
    }

    /// <summary>A browser that loads a page anew says 0, and does not mean that there is no value so young.</summary>
    private static TimeSpan? FindMaxAge(IHeaderDictionary headers) =>
        CacheControlHeaderValue.TryParse(headers.CacheControl.ToString(), out var control) && control.MaxAge > TimeSpan.Zero
            ? control.MaxAge
            : null;

    /// <summary>
    /// Compared as RFC 9110 §13.1.2 has it: whether they are weak does not matter. Those of other forms say nothing of this one, and the empty
    /// one is what curl sends before it has any.
    /// </summary>
    private static string[] FindKnownTags(IHeaderDictionary headers, Representation representation) =>
        EntityTagHeaderValue.TryParseList(headers.IfNoneMatch, out var tags)
            ? [.. tags.Select(tag => EventsHeaders.TagOf(tag.Tag.ToString().Trim('"'), representation)).Where(tag => !string.IsNullOrEmpty(tag)).OfType<string>()]
            : [];

    private static TimeSpan FindWait(RequestFields query, IHeaderDictionary headers)
    {
        var seconds = query.Real("wait", 0, LongestWait) ?? Math.Min(FindPreferredWait(headers), LongestWait);
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary><c>Prefer: wait=10</c> (RFC 7240 §4.3); a preference that cannot be read is none.</summary>
    private static int FindPreferredWait(IHeaderDictionary headers)
    {
        foreach (var preference in headers["Prefer"].SelectMany(line => line?.Split(',') ?? []))
        {
            // What follows a semicolon belongs to the preference before it.
            if (preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value]
                && name.Equals("wait", StringComparison.OrdinalIgnoreCase)
                && uint.TryParse(value.Trim('"'), out var seconds))
                return (int)Math.Min(seconds, LongestWait);
        }

        return 0;
    }
}
