using System.Net;
using Bridge.ClientSdk;
using Bridge.ClientSdk.Connections;
using Bridge.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace Bridge.Tests.ClientSdk.Connections;

public sealed class HubErrorsTests
{
    private const string Prefix = "An unexpected error occurred invoking 'Subscribe' on the server. ";

    [Theory]
    [InlineData("broker_unknown: No broker 'x'.", "broker_unknown", "No broker 'x'.")]
    [InlineData(Prefix + "HubException: broker_unknown: No broker 'x': none.", "broker_unknown", "No broker 'x': none.")]
    [InlineData(Prefix + "BridgeHubException: forbidden: Not yours.", "forbidden", "Not yours.")]
    [InlineData("Failed to invoke 'S' due to an error on the server. HubException: overloaded: Later.", "overloaded", "Later.")]
    [InlineData("topic_invalid: first\nsecond", "topic_invalid", "first\nsecond")]
    [InlineData("filter_invalid: ", "filter_invalid", "")]
    [InlineData(Prefix, ErrorCodes.Internal, Prefix)]
    [InlineData(Prefix + "InvalidOperationException: foo: bar", ErrorCodes.Internal, Prefix + "InvalidOperationException: foo: bar")]
    [InlineData("Method does not exist.", ErrorCodes.Internal, "Method does not exist.")]
    [InlineData("", ErrorCodes.Internal, "")]
    public void FromInvocation_HubException_HasCodeAndDetail(string text, string code, string detail)
    {
        var error = HubErrors.FromInvocation(new HubException(text));

        error.Code.Should().Be(code);
        error.Message.Should().Be(detail);
        error.InnerException.Should().BeOfType<HubException>();
    }

    [Fact]
    public void FromInvocation_LostConnection_IsDisconnected()
    {
        HubErrors.FromInvocation(new TaskCanceledException()).Code.Should().Be(BridgeException.Disconnected);
        HubErrors.FromInvocation(new IOException("reset")).Code.Should().Be(BridgeException.Disconnected);
        HubErrors.FromInvocation(new HubException("The server closed the connection with the following error: error: x"))
            .Code.Should().Be(BridgeException.Disconnected);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "unauthenticated")]
    [InlineData(HttpStatusCode.Forbidden, "forbidden")]
    [InlineData(HttpStatusCode.NotFound, BridgeException.Disconnected)]
    public void FromConnecting_Status_DecidesTheCode(HttpStatusCode status, string code) =>
        HubErrors.FromConnecting(new Uri("http://h/hub"), new HttpRequestException(null, null, status)).Code.Should().Be(code);

    [Fact]
    public void FromConnecting_AddressWithSecrets_DoesNotShowThem() =>
        HubErrors.FromConnecting(new Uri("https://user:secret@h:8443/hub?access_token=secret"), new IOException("refused"))
            .Message.Should().Be("Cannot connect to the bridge at https://h:8443/hub: refused");
}
