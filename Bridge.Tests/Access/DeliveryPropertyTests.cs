using System.Globalization;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;
using Bridge.Tests.Topics;

namespace Bridge.Tests.Access;

/// <summary>Random rules, filters and messages through the whole bridge: what reaches a connection is what a naive oracle allows it.</summary>
public sealed class DeliveryPropertyTests
{
    private const int Scenes = 25;
    private const int Users = 4;

    private static readonly string[] Levels = ["a", "b", "user0", "user1", "$s"];

    [Fact]
    public async Task Messages_RandomRules_ReachNobodyWhomTheyAreForbidden()
    {
        var keys = Enumerable.Range(0, Users).Select(i => new TestKey($"user{i}", $"role{i}")).ToArray();
        var random = new Random(20261123);
        var (delivered, refused, sent) = (0, 0, 0);
        await using var bridge = await LockedBridge.StartAsync();
        await using var boss = await ConnectAsync(bridge, LockedBridge.Boss);

        for (var scene = 0; scene < Scenes; scene++)
        {
            var rules = keys.Select(_ => RandomRules(random)).ToArray();
            await bridge.ChangeSettingsAsync(LockedBridge.With([.. keys.SelectMany((key, i) => key.Settings(i + 1)), .. rules.SelectMany(SettingsOf)]));
            var topics = Enumerable.Range(0, 12).Select(_ => RandomTopic(random)).ToArray();
            var last = string.Create(CultureInfo.InvariantCulture, $"end/{scene}");

            for (var i = 0; i < Users; i++)
            {
                var oracle = new AccessOracle(rules[i], $"user{i}", []);
                await using var client = await ConnectAsync(bridge, keys[i]);
                var filters = await SubscribeAsync(client, random);
                refused += filters.Refused;
                foreach (var topic in topics)
                    await boss.PublishAsync("embedded", topic, "x", QualityOfService.AtMostOnce);
                sent += topics.Length;
                // All before it has been delivered then, since that feed opened last.
                await boss.PublishAsync("embedded", last, $"{i}");
                await client.Batches.WaitForAsync(batch => batch.Subscription == filters.Last && batch.Messages.Any(message => message.Topic == last && message.GetText() == $"{i}"));

                var live = client.Messages.Items.Where(message => message.Topic != last).ToList();
                live.Should().NotContain(message => !oracle.May("read", "embedded", message.Topic));
                live.Select(message => message.Topic).Distinct().Should().BeEquivalentTo(
                    topics.Where(topic => filters.Accepted.Exists(filter => TopicOracle.Matches(filter, topic))).Distinct(), "what was accepted is delivered");
                delivered += live.Count;
            }
        }

        delivered.Should().BeGreaterThan(200, "the test must see something");
        (sent - delivered).Should().BePositive();
        refused.Should().BeGreaterThan(50);
    }

    private static Task<HubClient> ConnectAsync(BridgeHost bridge, TestKey key) =>
        HubClient.ConnectAsync(bridge.HubUrl, configure: options => options.AccessTokenProvider = () => Task.FromResult<string?>(key.Text));

    /// <summary>Tries some filters, and one that everybody may read.</summary>
    private static async Task<(List<string> Accepted, int Refused, string Last)> SubscribeAsync(HubClient client, Random random)
    {
        var (accepted, refused) = (new List<string>(), 0);
        for (var i = 0; i < 4; i++)
        {
            var filter = RandomFilter(random);
            try
            {
                await client.SubscribeAsync("embedded", filter, snapshot: false);
                accepted.Add(filter);
            }
            catch (Exception exception) when (exception.Message.Contains(ErrorCodes.Forbidden))
            {
                refused++;
            }
        }

        var end = await client.SubscribeAsync("embedded", "end/#", snapshot: false);
        return (accepted, refused, end.Subscription);
    }

    private static List<OracleRule> RandomRules(Random random) =>
    [
        new(IsDeny: false, "read", "embedded", "end/#"),
        .. Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomRule(random)),
    ];

    private static OracleRule RandomRule(Random random)
    {
        var isDeny = random.Next(10) < 3;
        // None denies the end of a scene.
        return new(isDeny, "read", random.Next(2) == 0 ? "*" : "embedded", $"{(isDeny ? "a/" : "")}{RandomTemplate(random)}");
    }

    private static string RandomTemplate(Random random) => Wildcard(random, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(5) switch
    {
        0 => "+",
        1 => "{user}",
        _ => Levels[random.Next(Levels.Length)],
    })]);

    private static string RandomFilter(Random random) => Wildcard(
        random, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) == 0 ? "+" : Levels[random.Next(Levels.Length)])]);

    private static string Wildcard(Random random, string[] levels) => string.Join('/', random.Next(2) == 0 ? levels : [.. levels[..^1], "#"]);

    /// <summary>None that begins with <c>$</c>: those are not among what the bridge has from its broker.</summary>
    private static string RandomTopic(Random random) =>
        string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(i => Levels[random.Next(Levels.Length - (i == 0 ? 1 : 0))]));

    private static IEnumerable<(string Key, string? Value)> SettingsOf(List<OracleRule> rules, int user) =>
        from rule in rules.Index()
        let path = string.Create(CultureInfo.InvariantCulture, $"Bridge:Access:Roles:role{user}:{(rule.Item.IsDeny ? "Deny" : "Allow")}:{rule.Index}")
        from setting in new (string, string?)[] { ($"{path}:Actions:0", rule.Item.Action), ($"{path}:Broker", rule.Item.Broker), ($"{path}:Topics:0", rule.Item.Template) }
        select setting;
}
