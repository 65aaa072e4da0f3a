using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;
using Bridge.Tests.Topics;
using CsCheck;

namespace Bridge.Tests.Access;

/// <summary>Random rules, held against <see cref="AccessOracle"/>.</summary>
public sealed class PermissionsPropertyTests
{
    private static readonly Gen<string?> Value = Gen.OneOf("a", "b", "b", "ab", "$s", null, "", "a/b", "+", "#", "\0");

    private static readonly Gen<string> Filter = Texts("a", "b", "ab", "$s", "", "+", "+");

    private static readonly Gen<OracleRule> Rule = Gen.Select(
        Gen.Int[0, 9].Select(dice => dice < 3),
        Gen.OneOf("read", "read", "publish"),
        Gen.OneOf("one", "two", "*", "*"),
        Texts("a", "b", "$s", "", "+", "{user}", "a{user}", "{claim:site}", "{claim:site}{user}"),
        (isDeny, action, broker, template) => new OracleRule(isDeny, action, broker, template));

    private static readonly Gen<Case> Cases = Gen.Select(
        Rule.Array[1, 5], Value, Value.Where(value => value is not null).Array[0, 2], Filter, Gen.Int[0, 9],
        (rules, user, sites, filter, dice) => new Case(rules, user, sites!, dice < rules.Length ? Near(rules[dice].Template, user, sites) : filter));

    [Fact]
    public void MayRead_RandomRules_LetsNothingThroughAndIsNotNeedlesslyStrict()
    {
        var (allowed, exact) = (0, 0);

        Cases.Sample(
            scene =>
            {
                var oracle = new AccessOracle(scene.Rules, scene.User, scene.Sites);
                var mayRead = Permissions(scene).MayRead("one", TopicFilter.Parse(scene.Filter));
                var topics = oracle.Topics.Where(topic => TopicOracle.Matches(scene.Filter, topic)).ToList();
                if (mayRead)
                {
                    Interlocked.Increment(ref allowed);
                    return topics.All(topic => oracle.May("read", "one", topic));
                }

                var mustBeAllowed = oracle.IsExact
                    && oracle.Names("read", "one", scene.Filter)
                    && !topics.Any(topic => oracle.Denies("read", "one", topic));
                Interlocked.Add(ref exact, oracle.IsExact ? 1 : 0);
                return !mustBeAllowed;
            },
            iter: 6_000);

        allowed.Should().BeInRange(600, 5_400);
        exact.Should().BeGreaterThan(600);
    }

    [Fact]
    public void MayPublish_RandomRules_IsDecidedTopicByTopic()
    {
        var (allowed, refused) = (0, 0);

        Cases.Sample(
            scene =>
            {
                var oracle = new AccessOracle(scene.Rules, scene.User, scene.Sites);
                var permissions = Permissions(scene);
                foreach (var topic in oracle.Topics)
                {
                    var (mayPublish, expected) = (permissions.MayPublish("one", topic, retain: false), oracle.May("publish", "one", topic));
                    if (mayPublish && !expected)
                        return false;
                    if (oracle.IsExact && mayPublish != expected)
                        return false;
                    Interlocked.Increment(ref mayPublish ? ref allowed : ref refused);
                }

                return true;
            },
            iter: 1_500);

        allowed.Should().BeGreaterThan(10_000);
        refused.Should().BeGreaterThan(10_000);
    }

    private static Permissions Permissions(Case scene)
    {
        // Each rule in a role of its own, so that roles are added up too.
        var options = new BridgeOptions();
        foreach (var (i, rule) in scene.Rules.Index())
        {
            var role = options.Access.Roles[$"role{i}"] = new RoleOptions();
            (rule.IsDeny ? role.Deny : role.Allow).Add(new() { Actions = [rule.Action], Broker = rule.Broker, Topics = [rule.Template] });
        }

        var claims = scene.Sites.ToLookup(_ => "site");
        return new AccessRules(options.Access).For(new Principal(scene.User, options.Access.Roles.Keys, claims));
    }

    /// <summary>A filter that has to do with the rule, where random ones seldom do.</summary>
    private static string Near(string template, string? user, string?[] sites)
    {
        var text = template.Replace("{user}", user ?? "a").Replace("{claim:site}", sites.FirstOrDefault() ?? "b");
        return TopicFilter.TryParse(text, out _) is null ? "a/b" : text;
    }

    private static Gen<string> Texts(params string[] levels) => Gen.Select(
        Gen.OneOf(levels).Array[0, 3], Gen.Bool, (text, hash) => Join(hash ? [.. text.Take(2), "#"] : text));

    private static string Join(string[] levels) => string.Join('/', levels) is { Length: > 0 } text ? text : "a";

    private sealed record Case(OracleRule[] Rules, string? User, string[] Sites, string Filter)
    {
        public override string ToString() =>
            $"{string.Join(", ", Rules.Select(rule => rule.ToString()))}; user '{User}', sites '{string.Join("', '", Sites)}': {Filter}";
    }
}
