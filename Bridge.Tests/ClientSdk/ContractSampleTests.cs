using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.ClientSdk.Support;

namespace Bridge.Tests.ClientSdk;

/// <summary>The lines that the contract shows, so that they go on compiling and doing what they say.</summary>
public sealed class ContractSampleTests
{
    [Fact]
    public async Task Sample_AgainstABridge_Works()
    {
        await using var server = await ScriptedBridge.StartAsync();
        server.OnSubscribe = async call =>
        {
            await call.SendSnapshotAsync(SubscribeCall.Message("plant/1/temp", "21.5"));
            return call.Result;
        };
        server.OnGetLast = _ => Task.FromResult(new GetLastResult { Messages = [SubscribeCall.Message("plant/1/temp", "21.5")] });
        using var stopping = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (url, key, stop) = (server.Url, "k-123", stopping.Token);
        var lines = new List<string>();

        await using var bridge = await BridgeClient.ConnectAsync(url, options => options.ApiKey = key);
        await foreach (var message in bridge.SubscribeAsync("plant", "plant/+/temp", cancellationToken: stop))
        {
            lines.Add($"{message.Topic} = {message.GetText()}");
            break;
        }

        BridgeMessage? last = await bridge.GetLastAsync("plant", "plant/1/temp");
        PublishReceipt receipt = await bridge.PublishAsync("plant", "plant/1/set", "22", qos: QualityOfService.AtLeastOnce);

        lines.Should().Equal("plant/1/temp = 21.5");
        last!.GetText().Should().Be("21.5");
        receipt.Reason.Should().Be(PublishReason.Success);
    }
}
