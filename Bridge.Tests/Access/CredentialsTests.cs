using System.Text;
using Bridge.Tests.Support;

namespace Bridge.Tests.Access;

/// <summary>Where credentials may stand, and where not.</summary>
public sealed class CredentialsTests : IAsyncLifetime
{
    private BridgeHost _bridge = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _bridge = await LockedBridge.StartAsync();
        _client = LockedBridge.ClientOf(_bridge, credentials: null);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _bridge.DisposeAsync();
    }

    [Theory]
    [InlineData("Authorization", "Bearer KEY", 200)]
    [InlineData("Authorization", "bearer  KEY ", 200)]
    [InlineData("X-Api-Key", "KEY", 200)]
    [InlineData("Authorization", "Basic base64(anybody:KEY)", 200)]
    [InlineData("Authorization", "Basic base64(:KEY)", 200)]
    [InlineData("Authorization", "Basic base64(KEY:)", 200)]
    [InlineData("Authorization", "Basic base64(KEY)", 401)]
    [InlineData("Authorization", "Basic base64(boss:wrong)", 401)]
    [InlineData("Authorization", "Basic %%%", 401)]
    [InlineData("Authorization", "Basic /w==", 401)]
    [InlineData("Authorization", "Digest KEY", 401)]
    [InlineData("Authorization", "KEY", 401)]
    [InlineData("Authorization", "Bearer ", 401)]
    [InlineData("X-Api-Key", "", 401)]
    [InlineData("X-Api-Key", "boss", 401)]
    [InlineData("Cookie", "access_token=KEY", 401)]
    public async Task Get_Header_IsReadOrRefused(string name, string value, int status) => (await GetAsync("/brokers", name, value)).Should().Be(status);

    [Fact]
    public async Task Get_TwoOfThem_TheFirstCountsAlone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/brokers", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer wrong");
        request.Headers.TryAddWithoutValidation("X-Api-Key", LockedBridge.Boss.Text);

        using var response = await _client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(401, "whoever shows wrong credentials is not let in by chance");
    }

    [Theory]
    [InlineData("POST", "/hub/negotiate?negotiateVersion=1&access_token=KEY", 200)]
    [InlineData("POST", "/hub/negotiate?negotiateVersion=1&access_token=wrong", 401)]
    [InlineData("POST", "/hub/negotiate?negotiateVersion=1&ticket=KEY", 200)] // any credentials: the place is what matters
    [InlineData("GET", "/events?brokerKey=embedded&topic=a&access_token=KEY", 401)]
    [InlineData("GET", "/brokers?access_token=KEY", 401)]
    [InlineData("GET", "/brokers?ticket=KEY", 401)]
    [InlineData("POST", "/ticket?access_token=KEY", 401)]
    public async Task Send_InTheUrl_CountsWhereBrowsersHaveNoOtherWay(string method, string uri, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(WithKey(uri), UriKind.Relative));

        using var response = await _client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData(null, null, "Bearer,Basic")]
    [InlineData("Sec-Fetch-Mode", "cors", "Bearer")]
    [InlineData("X-Requested-With", "XMLHttpRequest", "Bearer")]
    public async Task Get_Nothing_IsAskedForWhatItCanSend(string? header, string? value, string schemes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/brokers", UriKind.Relative));
        if (header is not null)
            request.Headers.Add(header, value);

        using var response = await _client.SendAsync(request);

        string.Join(',', response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme)).Should().Be(schemes);
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/docs/", 200)]
    [InlineData("/no-such-page", 404)]
    public async Task Get_WhatIsNoSecret_NeedsNone(string path, int status)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));

        ((int)response.StatusCode).Should().Be(status);
    }

    private static string WithKey(string text)
    {
        var key = LockedBridge.Boss.Text;
        var start = text.IndexOf("base64(", StringComparison.Ordinal);
        return start < 0
            ? text.Replace("KEY", key, StringComparison.Ordinal)
            : text[..start] + Convert.ToBase64String(Encoding.UTF8.GetBytes(text[(start + 7)..^1].Replace("KEY", key, StringComparison.Ordinal)));
    }

    private async Task<int> GetAsync(string path, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation(header, WithKey(value)).Should().BeTrue();
        using var response = await _client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
