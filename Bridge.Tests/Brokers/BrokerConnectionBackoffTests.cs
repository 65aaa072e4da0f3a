using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Bridge.Contracts;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Server.Messages;
using Bridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Brokers;

public sealed class BrokerConnectionBackoffTests
{
    [Fact]
    public async Task Connect_BrokerNeverAnswers_WaitsLongerAndLonger()
    {
        // The system accepts, and nobody reads: each attempt takes as long as it may, which is longer than a link must last to be good.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var time = new FakeTimeProvider();
        var options = new BrokerOptions { Url = $"mqtt://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}" };
        using var logs = new LogCapture();
        await using var connection = new BrokerConnection(
            "plant", options, new LimitOptions(), "", null, new Consumer(), new ClientDemands(), time, logs.CreateLogger("link"));

        connection.Start();

        await Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return await WindowAsync(connection) >= TimeSpan.FromSeconds(4);
            },
            describe: () => string.Join(Environment.NewLine, logs.Entries.Items));
    }

    private static async Task<TimeSpan?> WindowAsync(BrokerConnection connection)
    {
        var publish = () => connection.PublishAsync(new PublishRequest { BrokerKey = "plant", Topic = "a" }, CancellationToken.None);
        return (await publish.Should().ThrowAsync<BridgeException>()).Which.RetryAfter;
    }

    private sealed class Consumer : IMessageConsumer
    {
        public long Position => 0;

        public long Advance() => 0;

        public void MayHaveMissed()
        {
        }

        public void Receive(BridgeMessage message, long subscribedAt, Activity? trace = null, long arrivedAt = long.MaxValue)
        {
        }

        public void StateChanged(BrokerStateChange change)
        {
        }
    }
}
