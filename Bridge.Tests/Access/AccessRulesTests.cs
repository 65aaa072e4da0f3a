using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;
using Bridge.Tests.Configuration;

namespace Bridge.Tests.Access;

public sealed class AccessRulesTests
{
    private static readonly TopicFilter Everything = TopicFilter.Parse("#");

    [Fact]
    public void Anonymous_NothingSet_MayDoEverything()
    {
        var anonymous = new AccessRules(new AccessOptions()).Anonymous;

        anonymous!.MayRead("any", Everything).Should().BeTrue();
        anonymous.Explain(AccessAction.Read, "any", Everything).ToString().Should().Be("allowed by Bridge:Access");
    }

    [Theory]
    [InlineData("""{"Roles":{"r":{}}}""")]
    [InlineData("""{"Anonymous":"","Roles":{"r":{}}}""")]
    [InlineData("""{"Jwt":{"Authority":"https://login.example","Audience":"bridge"}}""")]
    public void Anonymous_SomethingElseSet_MustShowCredentials(string access) => Load(access).Anonymous.Should().BeNull();

    [Fact]
    public void Anonymous_Role_HasNoNameToFillIn()
    {
        var anonymous = Load("""
            {"Anonymous":"r","Roles":{"r":{
              "Allow":[{"Actions":["read"],"Broker":"*","Topics":["a/#","users/{user}"]}],
              "Deny":[{"Actions":["read"],"Broker":"*","Topics":["a/{user}/private"]}]}}}
            """).Anonymous!;

        anonymous.MayRead("any", TopicFilter.Parse("a/b")).Should().BeTrue();
        anonymous.MayRead("any", TopicFilter.Parse("users/a")).Should().BeFalse();
        anonymous.MayRead("any", TopicFilter.Parse("a/b/private")).Should().BeFalse("it is somebody's");
    }

    [Theory]
    [InlineData("fly", "a")]
    [InlineData("read", "a/{nobody}")]
    public void New_RuleThatNobodyChecked_IsNotLeftOut(string action, string topic)
    {
        var options = new BridgeOptions();
        options.Access.Roles["r"] = new() { Deny = [new() { Actions = [action], Broker = "*", Topics = [topic] }] };

        var act = () => new AccessRules(options.Access);

        act.Should().Throw<FormatException>();
    }

    private static AccessRules Load(string access) => new(Loading.Load($$"""{"Access":{{access}} }""").Access);
}
