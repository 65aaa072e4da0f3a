using Bridge.Server.Topics;
using CsCheck;

namespace Bridge.Tests.Topics;

/// <summary><see cref="TopicFilter.Matches"/>; many rows are the examples of MQTT 5 §4.7.</summary>
public class TopicFilterMatchTests
{
    [Theory]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking")]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon")]
    [InlineData("sport/tennis/+", "sport/tennis/player2")]
    [InlineData("sport/+", "sport/")]
    [InlineData("+/+", "/finance")]
    [InlineData("/+", "/finance")]
    [InlineData("a/#", "a/")]
    [InlineData("a/#", "a//")]
    [InlineData("a/+/#", "a/b")]
    [InlineData("a/+/#", "a/")]
    [InlineData("a/+/b", "a//b")]
    [InlineData("+/#", "a")]
    [InlineData("+", "a")]
    [InlineData("+/b/+", "a/b/c")]
    [InlineData("#", "/")]
    [InlineData("/#", "/")]
    [InlineData("/", "/")]
    [InlineData("//", "//")]
    [InlineData("$SYS/#", "$SYS")]
    [InlineData("$SYS/#", "$SYS/a/b")]
    [InlineData("$SYS/+", "$SYS/a")]
    [InlineData("a/+", "a/$SYS")]
    [InlineData("/+", "/$SYS")]
    public void Matches_TopicOfTheFilter_IsTrue(string filter, string topic) =>
        TopicFilter.Parse(filter).Matches(topic).Should().BeTrue();

    [Theory]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking")]
    [InlineData("sport/+", "sport")]
    [InlineData("+", "/finance")]
    [InlineData("a", "A")]
    [InlineData("a", "a/")]
    [InlineData("a/", "a")]
    [InlineData("a/b", "ab")]
    [InlineData("a/#", "ab")]
    [InlineData("a/#", "b/a")]
    [InlineData("/#", "a")]
    [InlineData("/", "//")]
    [InlineData("+", "a/")]
    [InlineData("a/+/#", "a")]
    [InlineData("a/+/b", "a/b")]
    [InlineData("a/+/b", "a/b/c")]
    [InlineData("+/+", "a")]
    [InlineData("+/+", "a/b/c")]
    [InlineData("#", "$SYS")]
    [InlineData("#", "$SYS/a")]
    [InlineData("+", "$SYS")]
    [InlineData("+/a", "$SYS/a")]
    [InlineData("+/#", "$SYS/a")]
    [InlineData("$SYS/+", "$SYS")]
    [InlineData("é", "e\u0301")]
    public void Matches_OtherTopic_IsFalse(string filter, string topic) =>
        TopicFilter.Parse(filter).Matches(topic).Should().BeFalse();

    [Fact]
    public void Matches_RandomPairs_AgreesWithTheOracle()
    {
        const int pairs = 200_000;
        var matches = 0;

        TopicOracle.FilterAndTopic.Sample(
            (filter, topic) =>
            {
                var expected = TopicOracle.Matches(filter, topic);
                if (expected) Interlocked.Increment(ref matches);
                return TopicFilter.Parse(filter).Matches(topic) == expected;
            },
            iter: pairs);

        matches.Should().BeInRange(pairs / 10, pairs * 9 / 10, "both outcomes are tried");
    }

    [Fact]
    public void Matches_MostLevels_IsDecided()
    {
        var topic = new string('/', 65535);

        TopicFilter.Parse("#").Matches(topic).Should().BeTrue();
        TopicFilter.Parse(topic).Matches(topic).Should().BeTrue();
        TopicFilter.Parse(topic[2..] + "/#").Matches(topic).Should().BeTrue();
        TopicFilter.Parse(topic[2..] + "+/").Matches(topic).Should().BeFalse();
        TopicFilter.Parse(TopicOracle.Repeat("+", 32768)).Matches(topic[..32767]).Should().BeTrue();
        TopicFilter.Parse(TopicOracle.Repeat("+", 32768)).Matches(topic).Should().BeFalse();
    }
}
