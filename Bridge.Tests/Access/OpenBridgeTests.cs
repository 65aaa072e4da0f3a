using System.Net;
using System.Text;
using Bridge.Tests.Http;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Access;

/// <summary>The bridge in Development, where nothing says who may do what: for this machine only.</summary>
public sealed class OpenBridgeTests : IAsyncLifetime
{
    private BridgeHost _bridge = null!;

    public async Task InitializeAsync() => _bridge = await BridgeHost.StartAsync([], environment: "Development");

    public async Task DisposeAsync() => await _bridge.DisposeAsync();

    [Theory]
    [InlineData("Host: localhost:5000", 200)]
    [InlineData("Host: 127.0.0.1", 200)]
    [InlineData("Host: [::1]:5000", 200)]
    [InlineData("Host: app.localhost", 200)]
    [InlineData("Host: evil.example", 403)] // whose name was made to lead here
    [InlineData("Host: 10.0.0.1", 403)]
    [InlineData("Host: localhost.evil.example", 403)]
    [InlineData("Host: localhost\r\nX-Forwarded-For: 203.0.113.7", 403)]
    [InlineData("Host: localhost\r\nForwarded: for=203.0.113.7", 403)]
    public async Task Get_FromThisMachine_IsServedUnlessItWasBroughtHere(string headers, int status)
    {
        (await GetAsync("/brokers", headers)).Should().Be(status);
        (await GetAsync("/events?brokerKey=nobody&topic=a", headers)).Should().Be(status == 200 ? 404 : 403);
        (await GetAsync("/health/live", headers)).Should().Be(200);
    }

    [Fact]
    public async Task Get_FromElsewhere_IsForbidden()
    {
        await using var bridge = await BridgeHost.StartAsync([], services => services.AddSingleton<IStartupFilter, FromElsewhere>(), "Development");

        using var response = await bridge.Client.GetAsync(new Uri("/brokers", UriKind.Relative));

        (await response.ShouldBeProblemAsync(403, "forbidden")).Should().Contain("Bridge:Access");
    }

    private async Task<int> GetAsync(string target, string headers)
    {
        var head = Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n");
        var response = await RawHttp.SendAsync(_bridge.Url, [head]);
        return response!.Status;
    }

    /// <summary>Machines that tests run on may have no other address than loopback.</summary>
    private sealed class FromElsewhere : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
                return rest(context);
            });
            next(app);
        };
    }
}
