using Bridge.Server.Brokers;

namespace Bridge.Tests.Brokers;

public sealed class BrokerUrlTests
{
    [Theory]
    [InlineData("mqtt://host", "mqtt", "host", 1883, "mqtt://host:1883")]
    [InlineData("mqtt://host/", "mqtt", "host", 1883, "mqtt://host:1883")]
    [InlineData("MQTTS://Host", "mqtts", "host", 8883, "mqtts://host:8883")]
    [InlineData("mqtts://host:1", "mqtts", "host", 1, "mqtts://host:1")]
    [InlineData("mqtt://[::1]:1884", "mqtt", "::1", 1884, "mqtt://[::1]:1884")]
    [InlineData("ws://host", "ws", "host", 80, "ws://host:80/")]
    [InlineData("wss://host:8443/mqtt?a=b", "wss", "host", 8443, "wss://host:8443/mqtt?a=b")]
    [InlineData("mqtt://bücher.example", "mqtt", "xn--bcher-kva.example", 1883, "mqtt://xn--bcher-kva.example:1883")]
    public void TryParse_Address_IsTakenApart(string text, string scheme, string host, int port, string written)
    {
        var url = BrokerUrl.TryParse(text, out var problem);

        problem.Should().BeNull();
        (url!.Scheme, url.Host, url.Port).Should().Be((scheme, host, port));
        url.ToString().Should().Be(written);
        url.IsTls.Should().Be(scheme is "mqtts" or "wss");
        url.IsWebSocket.Should().Be(scheme is "ws" or "wss");
    }

    [Theory]
    [InlineData("", "is missing*")]
    [InlineData("host", "*is not a URL*")]
    [InlineData("host:1883", "*is not a URL*")]
    [InlineData("mqtt://", "*is not a URL*")]
    [InlineData("mqtt:host", "*is not a URL*")]
    [InlineData("mqtt://host:99999", "*is not a URL*")]
    [InlineData("mqtt://host:0", "*is not a URL*")]
    [InlineData("mqtt://a b", "*is not a URL*")]
    [InlineData("tcp://host", "the scheme 'tcp' is not known*")]
    [InlineData("https://host/mqtt", "the scheme 'https' is not known*")]
    [InlineData("mqtt://host/path", "*has a path*")]
    [InlineData("mqtts://host?a=b", "*has a path*")]
    [InlineData("mqtt://user@host", "must not hold a user*")]
    [InlineData("mqtt://user:secret@host", "must not hold a user*")]
    public void TryParse_NoAddress_SaysWhy(string text, string expected)
    {
        BrokerUrl.TryParse(text, out var problem).Should().BeNull();

        problem.Should().Match(expected);
    }

    [Theory]
    [InlineData("mqtt://user:secret@host")]
    [InlineData("mqtt://user:secret@host:99999")]
    [InlineData("user:secret@host")]
    [InlineData("tcp://user:secret@host/path")]
    public void TryParse_NoAddress_NeverRepeatsAPassword(string text)
    {
        BrokerUrl.TryParse(text, out var problem).Should().BeNull();

        problem.Should().NotContain("secret");
    }
}
