using Bridge.ClientSdk;
using Bridge.Contracts;
using Bridge.Tests.Http;

namespace Bridge.Tests.ClientSdk;

/// <summary>What the SDK reads of last values beside all of them, from a real bridge.</summary>
public sealed class GetLastRequestTests(EmbeddedBridge bridge) : IClassFixture<EmbeddedBridge>
{
    [Fact]
    public async Task GetLastAsync_Since_GivesWhatHasChanged()
    {
        var root = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync($"{root}/1", "1");
        await using var client = await BridgeClient.ConnectAsync(bridge.Host.HubUrl);
        var all = await client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = $"{root}/#" });

        await bridge.SeedAsync($"{root}/2", "2");
        var changed = await client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = $"{root}/#", Since = all.Cursor });
        var unchanged = await client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = $"{root}/#", Since = changed.Cursor });
        var reset = await client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = $"{root}/#", Since = "0a1b2c3d.1" });

        changed.Messages.Select(message => (message.Topic, message.BrokerKey)).Should().Equal(($"{root}/2", "embedded"));
        (changed.Reset, unchanged.Messages.Count, reset.Reset, reset.Messages.Count).Should().Be((false, 0, true, 2));
    }

    [Fact]
    public async Task GetLastAsync_InParts_GivesAllOfThem()
    {
        var root = EmbeddedBridge.NewTopic();
        foreach (var name in new[] { "a", "b", "c" })
            await bridge.SeedAsync($"{root}/{name}", "1");
        await using var client = await BridgeClient.ConnectAsync(bridge.Host.HubUrl);

        var topics = new List<string>();
        string? page = null;
        do
        {
            var part = await client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = $"{root}/#", Limit = 2, Page = page });
            topics.AddRange(part.Messages.Select(message => message.Topic));
            page = part.Next;
        }
        while (page is not null);

        topics.Should().Equal($"{root}/a", $"{root}/b", $"{root}/c");
    }

    [Fact]
    public async Task GetLastAsync_OlderThanAllowed_IsStale()
    {
        var topic = EmbeddedBridge.NewTopic();
        await bridge.SeedAsync(topic, "1");
        await using var client = await BridgeClient.ConnectAsync(bridge.Host.HubUrl);

        var act = () => client.GetLastAsync(new GetLastRequest { BrokerKey = "embedded", Topic = topic, MaxAge = 0 });

        (await act.Should().ThrowAsync<BridgeException>()).Which.Code.Should().Be(ErrorCodes.Stale);
    }
}
