using Bridge.Server.Access;
using Bridge.Server.Topics;
using Bridge.Tests.Configuration;

namespace Bridge.Tests.Access;

public sealed class PermissionsTests
{
    private const string Roles = """
        {
          "viewer":   { "Allow": [{ "Actions": ["read"], "Broker": "plant", "Topics": ["plant/#", "users/{user}/#"] }],
                        "Deny":  [{ "Actions": ["read"], "Broker": "*", "Topics": ["plant/secret/#"] }] },
          "operator": { "Allow": [{ "Actions": ["read", "publish"], "Broker": "*", "Topics": ["#"] },
                                  { "Actions": ["retain"], "Broker": "*", "Topics": ["plant/set/+"] }],
                        "Deny":  [{ "Actions": ["publish"], "Broker": "plant", "Topics": ["plant/locked"] }] },
          "asker":    { "Allow": [{ "Actions": ["request"], "Broker": "plant", "Topics": ["#"] }] },
          "personal": { "Allow": [{ "Actions": ["read"], "Broker": "cloud", "Topics": ["{user}"] }] },
          "system":   { "Allow": [{ "Actions": ["read"], "Broker": "*", "Topics": ["$SYS/#"] }] },
          "admin":    { "Administrator": true }
        }
        """;

    private static readonly AccessRules Rules = new(Loading.Load(
        $$"""{"Brokers":{"plant":{"Url":"mqtt://h"},"cloud":{"Url":"mqtt://h"},"third":{"Url":"mqtt://h"} },"Access":{"Roles":{{Roles}} } }""").Access);

    [Theory]
    [InlineData("plant", "plant/1/#", true)]
    [InlineData("plant", "plant/+/temp", false)] // plant/secret/temp
    [InlineData("plant", "plant/1/+/temp", true)]
    [InlineData("plant", "plant/#", false)]
    [InlineData("plant", "plant/secret/x", false)]
    [InlineData("plant", "#", false)]
    [InlineData("plant", "plant", true)]
    [InlineData("plant", "users/bob/#", true)]
    [InlineData("plant", "users/+/#", false)]
    [InlineData("plant", "users/eve/x", false)]
    [InlineData("cloud", "plant/1/#", false)]
    public void MayRead_Viewer_ReadsWhatIsAllowedAndNotDenied(string broker, string filter, bool expected) =>
        For("viewer").MayRead(broker, TopicFilter.Parse(filter)).Should().Be(expected);

    [Theory]
    [InlineData("#", true)]
    [InlineData("+/+", true)]
    [InlineData("$SYS/#", false)]
    [InlineData("$SYS/a", false)]
    public void MayRead_EverythingAllowed_LeavesOutReservedTopics(string filter, bool expected) =>
        For("operator").MayRead("plant", TopicFilter.Parse(filter)).Should().Be(expected);

    [Fact]
    public void MayRead_SeveralRoles_AllowWhatAnyAllowsAndDenyWhatAnyDenies()
    {
        var permissions = For("viewer", "operator", "system", "system", "unknown");

        permissions.MayRead("cloud", TopicFilter.Parse("a/#")).Should().BeTrue();
        permissions.MayRead("plant", TopicFilter.Parse("$SYS/#")).Should().BeTrue();
        permissions.MayRead("cloud", TopicFilter.Parse("plant/secret/x")).Should().BeFalse();
        permissions.MayRead("plant", TopicFilter.Parse("#")).Should().BeFalse();
    }

    [Theory]
    [InlineData("a", false, true)]
    [InlineData("a", true, false)]
    [InlineData("plant/set/1", true, true)]
    [InlineData("plant/locked", false, false)]
    [InlineData("$SYS/a", false, false)]
    public void MayPublish_Operator_NeedsRetainForRetained(string topic, bool retain, bool expected) =>
        For("operator").MayPublish("plant", topic, retain).Should().Be(expected);

    [Fact]
    public void MayPublish_RetainAlone_DoesNotDo() => For("viewer").MayPublish("plant", "plant/set/1", retain: true).Should().BeFalse();

    [Fact]
    public void MayRequest_RequestAlone_DoesUnlessPublishIsDenied()
    {
        For("asker").MayRequest("plant", "plant/locked", retain: false).Should().BeTrue();
        For("asker").MayPublish("plant", "a", retain: false).Should().BeFalse();
        For("operator").MayRequest("plant", "a", retain: false).Should().BeFalse("publish does not come with the reply");
        For("asker", "operator").MayRequest("plant", "plant/locked", retain: false).Should().BeFalse();
        For("asker", "operator").MayRequest("plant", "a", retain: true).Should().BeFalse();
        For("asker", "operator").MayRequest("plant", "plant/set/1", retain: true).Should().BeTrue();
    }

    [Fact]
    public void SeesBroker_AnyAllow_Suffices()
    {
        For("viewer").SeesBroker("plant").Should().BeTrue();
        For("viewer").SeesBroker("cloud").Should().BeFalse("it only denies there");
        For("operator").SeesBroker("third").Should().BeTrue();
        For("personal").SeesBroker("cloud").Should().BeTrue();
        Rules.For(new Principal("a/b", "personal")).SeesBroker("cloud").Should().BeFalse("nothing is left of its rule");
        For().SeesBroker("plant").Should().BeFalse();
    }

    [Fact]
    public void Administrator_WhateverOthersDeny_MayDoEverything()
    {
        var admin = For("viewer", "admin");

        admin.MayRead("plant", TopicFilter.Parse("plant/secret/#")).Should().BeTrue();
        admin.MayRead("plant", TopicFilter.Parse("$SYS/#")).Should().BeTrue();
        admin.MayPublish("any", "$SYS/a", retain: true).Should().BeTrue();
        admin.MayRequest("any", "a", retain: true).Should().BeTrue();
        admin.SeesBroker("any").Should().BeTrue();
    }

    [Fact]
    public void For_NoRoleThatIsKnown_MayDoNothing() => For("Viewer", "unknown").MayRead("plant", TopicFilter.Parse("plant")).Should().BeFalse();

    [Theory]
    [InlineData("viewer", "Read", "users/bob/+", "allowed by Bridge:Access:Roles:viewer:Allow:0:Topics:1 (users/bob/#)")]
    [InlineData("viewer", "Read", "plant/+/x", "denied by Bridge:Access:Roles:viewer:Deny:0:Topics:0 (plant/secret/#)")]
    [InlineData("viewer", "Publish", "plant/1", "no rule allows it")]
    [InlineData("operator", "Retain", "plant/set/1", "allowed by Bridge:Access:Roles:operator:Allow:1:Topics:0 (plant/set/+)")]
    [InlineData("operator", "Request", "plant/locked", "denied by Bridge:Access:Roles:operator:Deny:0:Topics:0 (plant/locked)")]
    [InlineData("admin", "Read", "#", "allowed by Bridge:Access:Roles:admin:Administrator")]
    public void Explain_AnAction_NamesTheRuleThatDecides(string role, string action, string filter, string expected)
    {
        var decision = For(role).Explain(Enum.Parse<AccessAction>(action), "plant", TopicFilter.Parse(filter));

        decision.ToString().Should().Be(expected);
        (decision.Rule?.Role ?? role).Should().Be(role);
        decision.Rule?.IsDeny.Should().Be(!decision.IsAllowed);
    }

    private static Permissions For(params string[] roles) => Rules.For(new Principal("bob", roles));
}
