using System.Collections.Concurrent;
using System.Diagnostics;
using Bridge.Server.Http;
using Bridge.Tests.Diagnostics;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Tests.Access;

/// <summary>Credentials in URLs reach no log and no trace. It listens to the whole process, which others that trace would notice.</summary>
[Collection(nameof(TraceTests))]
public sealed class RedactionTests
{
    [Theory]
    [InlineData("?access_token=abc", "?access_token=REDACTED", "abc", false)]
    [InlineData("?a=1&Access_Token=a%2Bb&b=2", "?a=1&Access_Token=REDACTED&b=2", "a+b", false)]
    [InlineData("?ticket=abc&topic=ticket", "?ticket=REDACTED&topic=ticket", "abc", true)]
    [InlineData("?ticket=one&access_token=two", "?ticket=REDACTED&access_token=REDACTED", "one", true)]
    [InlineData("?topic=ticket&x=access_token", "?topic=ticket&x=access_token", null, false)]
    [InlineData("?&ticket=&", "?&ticket=REDACTED&", "", true)]
    [InlineData("?ticket", "?ticket", null, false)]
    [InlineData("?id=1", "?id=1", null, false)]
    [InlineData("", "", null, false)]
    public void Apply_Query_IsAsItWasButForCredentials(string query, string expected, string? secret, bool isTicket)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { QueryString = query, RawTarget = $"/hub{query}" });

        UrlRedaction.Apply(features);

        var request = features.Get<IHttpRequestFeature>()!;
        (request.QueryString, request.RawTarget).Should().Be((expected, $"/hub{expected}"));
        features.Get<UrlCredential>().Should().Be(secret is null ? null : new UrlCredential(secret, isTicket));
    }

    [Fact]
    public async Task Requests_WithCredentialsEverywhere_LeaveNoneInLogsAndTraces()
    {
        var traced = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traced.Add($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)}"),
        };
        ActivitySource.AddActivityListener(listener);
        var key = LockedBridge.Boss.Text;

        await using var bridge = await LockedBridge.StartAsync(("Bridge:Diagnostics:TraceOneIn", "1"));
        using var client = LockedBridge.ClientOf(bridge, credentials: null);
        (await bridge.Client.PostAsync(new Uri($"/publish?brokerKey=embedded&topic=a&access_token={key}", UriKind.Relative), new StringContent(key))).Dispose();
        foreach (var uri in new[] { "/hub/negotiate", "/hub", "/events", "/brokers", "/no-such-page", "/events/", "/publish" })
        {
            foreach (var name in new[] { "access_token", "ticket" })
                (await client.GetAsync(new Uri($"{uri}?brokerKey=embedded&topic=a&{name}={key}", UriKind.Relative))).Dispose();
        }

        bridge.Logs.Entries.Items.Should().Contain(entry => entry.Message.Contains("access_token=REDACTED"), "requests are logged");
        await Eventually.HoldsAsync(() => traced.Any(activity => activity.StartsWith("bridge receive", StringComparison.Ordinal)));
        traced.Should().Contain(activity => activity.StartsWith("bridge publish", StringComparison.Ordinal), "publishes are traced");
        Secrets.ShouldNotBeIn(traced);
        Secrets.ShouldNotBeIn(bridge.Logs.Entries.Items.Select(entry => entry.ToString()));
    }
}
