using System.Globalization;
using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Access;
using Bridge.Tests.Support;

namespace Bridge.Tests.EndToEnd;

/// <summary>The client SDK at a bridge that asks for credentials.</summary>
public sealed class SdkAccessTests : IDisposable
{
    private readonly TestTokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("brk_wrong")]
    public async Task ConnectAsync_WithoutTheRightKey_TellsTheCode(string? key)
    {
        await using var bridge = await LockedBridge.StartAsync();

        var connect = () => BridgeClient.ConnectAsync(bridge.HubUrl, options => options.ApiKey = key);

        (await connect.Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(ErrorCodes.Unauthenticated);
    }

    [Fact]
    public async Task SubscribeAsync_TokensRunOutOneAfterTheOther_MissesNothing()
    {
        await using var bridge = await LockedBridge.StartAsync(
        [
            .. _tokens.Settings,
            ("Bridge:Access:Roles:viewer:Allow:0:Actions:0", "read"),
            ("Bridge:Access:Roles:viewer:Allow:0:Broker", "embedded"),
            ("Bridge:Access:Roles:viewer:Allow:0:Topics:0", "n/#"),
        ]);
        var tokens = 0;
        await using var client = await BridgeClient.ConnectAsync(bridge.HubUrl, options =>
        {
            options.ReconnectBaseDelay = TimeSpan.FromMilliseconds(20);
            options.AccessTokenProvider = () => Task.FromResult<string?>(NewToken(ref tokens));
        });
        await using var boss = await BridgeClient.ConnectAsync(bridge.HubUrl, options => options.ApiKey = LockedBridge.Boss.Text);
        var numbers = new Collected<int>();
        using var stop = new CancellationTokenSource();
        var reading = ReadAsync(client.SubscribeAsync("embedded", "n/+"), numbers, stop.Token);

        var sent = 0;
        for (; Volatile.Read(ref tokens) < 4; sent++)
        {
            await boss.PublishAsync("embedded", "n/1", sent.ToString(CultureInfo.InvariantCulture));
            await numbers.WaitForAsync(number => number == sent);
        }

        numbers.Items.Should().Equal(Enumerable.Range(0, sent));
        await stop.CancelAsync();
        await reading.WaitAsync(Eventually.DefaultTimeout);
    }

    /// <summary>For each connection another, that runs out soon.</summary>
    private string NewToken(ref int tokens)
    {
        Interlocked.Increment(ref tokens);
        return _tokens.Create("bob", "viewer", token => token.Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(6));
    }

    private static async Task ReadAsync(BridgeSubscription subscription, Collected<int> numbers, CancellationToken stop)
    {
        try
        {
            await foreach (var message in subscription.WithCancellation(stop))
                numbers.Add(int.Parse(message.GetText(), CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // As it was told to.
        }
    }
}
