using Bridge.Contracts.Steps;
using Bridge.Tests.Support;
using CsCheck;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class RenameStepTests
{
    [Theory]
    [InlineData("plant/+/raw/#", "site/{1}/{2}", "plant/7/raw/a/b", "site/7/a/b")]
    [InlineData("plant/+/raw/#", "site/{1}/{2}", "plant/7/raw", "site/7")]
    [InlineData("plant/+/raw/#", "site/{1}/{2}", "plant/7/raw/", "site/7/")]
    [InlineData("plant/+/raw/#", "{2}/{1}", "plant/7/raw", "7")]
    [InlineData("plant/+/raw/#", "x/{2}/y", "plant/7/raw", "x/y")]
    [InlineData("plant/+/raw/#", "x/n-{2}", "plant/7/raw", "x/n-")]
    [InlineData("+/+/+", "{3}/{2}{2}/{1}", "a/b/c", "c/bb/a")]
    [InlineData("#", "all/{1}", "a//b", "all/a//b")]
    [InlineData("+/x", "y/{1}", "/x", "y/")]
    [InlineData("a", "b", "a", "b")]
    [InlineData("$SYS/#", "sys/{1}", "$SYS/broker/load", "sys/broker/load")]
    [InlineData("a/+/+/+/+/+/+/+/+/+/+", "{10}-{1}", "a/1/2/3/4/5/6/7/8/9/10", "10-1")]
    public void Process_MatchingTopic_IsRenamed(string from, string to, string topic, string expected)
    {
        var message = TestMessages.Message(topic, "x", retain: true);

        Step(from, to).Run(message).Message.Should().BeEquivalentTo(message with { Topic = expected });
    }

    [Theory]
    [InlineData("plant/+/raw/#", "plant/raw")]
    [InlineData("+/b", "a/c")]
    [InlineData("#", "$SYS/x")]
    public void Process_OtherTopic_Passes(string from, string topic) => Step(from, "x").Run("1", topic).Outcome.Should().Be(StepOutcome.Pass);

    [Fact]
    public void Process_ToBroker_Reroutes()
    {
        var step = ReadyStepOf.Group(""" "Rename": { "From": "a/#", "To": "b/{1}", "ToBroker": "cloud" } """);

        step.Run("1", "a/x").Message.Should().Match<Bridge.Contracts.BridgeMessage>(message => message.BrokerKey == "cloud" && message.Topic == "b/x");
    }

    [Fact]
    public void Process_Deletion_IsRenamedToo() => Step("a/#", "b/{1}").Run("", "a/x", retain: true).Message!.Topic.Should().Be("b/x");

    [Fact]
    public void Process_NothingIsLeft_IsRejected() =>
        Step("a/#", "{1}").Run("1", "a").Reason.Should().Be("Its new topic cannot be used: A topic name must have at least one character.");

    [Fact]
    public void Process_TooLong_IsRejected() =>
        Step("+", "{1}{1}").Run("1", new string('x', 40_000)).Reason.Should().Contain("longer than 65535 bytes");

    [Fact]
    public void Process_OtherTopic_AllocatesNothing() =>
        Step("plant/+/raw/#", "x/{1}").Allocated(TestMessages.Message("plant/1/cooked", "1"), StepOutcome.Pass).Should().Be(0);

    [Fact]
    public void Process_ThereAndBack_IsTheSameTopic()
    {
        var level = Gen.OneOf("a", "b7", "", "{1}", "é", "$x");
        Gen.Select(level, level, level.Array[0, 3]).Sample(
            (first, second, rest) =>
            {
                var topic = string.Join('/', ["from", first, second, .. rest]);
                var there = Step("from/+/+/#", "to/{2}/x/{1}/{3}").Run("1", topic).Message!.Topic;
                return Step("to/+/x/+/#", "from/{2}/{1}/{3}").Run("1", there).Message!.Topic == topic;
            },
            iter: 1_000);
    }

    [Theory]
    [InlineData("", "x", "From")]
    [InlineData("a#", "x", "From")]
    [InlineData("a/#/b", "x", "From")]
    [InlineData("a", "", "To")]
    [InlineData("a/+", "b/+", "To")]
    [InlineData("a/+", "b/#", "To")]
    [InlineData("a/+", "b/{2}", "To")]
    [InlineData("a", "b/{1}", "To")]
    [InlineData("a/+", "b/{0}", "To")]
    [InlineData("a/+", "b/{x}", "To")]
    [InlineData("a/+", "b/{1", "To")]
    [InlineData("a/+", "b/1}", "To")]
    public void Check_WhatCannotBe_SaysSo(string from, string to, string key) =>
        ReadyStepOf.GroupErrors($$""" "Rename": { "From": "{{from}}", "To": "{{to}}" } """).Should().ContainSingle()
            .Which.Should().StartWith($"Rename:{key}: ");

    [Fact]
    public void Check_UnknownBroker_SaysSo() =>
        ReadyStepOf.GroupErrors(""" "Rename": { "From": "a", "To": "b", "ToBroker": "moon" } """)
            .Should().Equal("Rename:ToBroker: there is no broker 'moon'");

    private static MessageStep Step(string from, string to) => ReadyStepOf.Group($$""" "Rename": { "From": "{{from}}", "To": "{{to}}" } """);
}
