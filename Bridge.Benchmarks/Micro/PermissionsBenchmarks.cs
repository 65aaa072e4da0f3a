using BenchmarkDotNet.Attributes;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Benchmarks.Micro;

/// <summary>Whether somebody may do something, with 500 rules that allow and 500 that deny, of which all but one are about other topics.</summary>
[MemoryDiagnoser]
public class PermissionsBenchmarks
{
    private const int Rules = 500;

    private readonly TopicFilter _filter = TopicFilter.Parse("plant/499/line/+/value");
    private Permissions _permissions = new(null);

    [GlobalSetup]
    public void Fill()
    {
        var role = new RoleOptions { Allow = [Rule("plant/{0}/#")], Deny = [Rule("plant/{0}/secret/#")] };
        var options = new BridgeOptions();
        options.Access.Roles["viewer"] = role;
        _permissions = new AccessRules(options.Access).For(new Principal("somebody", "viewer"));
    }

    [Benchmark]
    [AllocationCeiling(0)]
    public bool MayRead() => _permissions.MayRead("plant", _filter);

    [Benchmark]
    [AllocationCeiling(0)]
    public bool MayPublish() => _permissions.MayPublish("plant", "plant/499/line/7/value", retain: false);

    private static RuleOptions Rule(string format) => new()
    {
        Actions = ["read", "publish"],
        Broker = "*",
        Topics = [.. Enumerable.Range(0, Rules).Select(i => format.Replace("{0}", $"{i}", StringComparison.Ordinal))],
    };
}
