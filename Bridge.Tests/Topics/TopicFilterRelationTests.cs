using Bridge.Server.Topics;
using CsCheck;

namespace Bridge.Tests.Topics;

/// <summary><see cref="TopicFilter.Covers"/> and <see cref="TopicFilter.Intersects"/>.</summary>
public class TopicFilterRelationTests
{
    [Theory]
    [InlineData("#", "+/#")]
    [InlineData("+/#", "#")]
    [InlineData("#", "a")]
    [InlineData("#", "/")]
    [InlineData("#", "+/+")]
    [InlineData("+/#", "a")]
    [InlineData("+/#", "+")]
    [InlineData("a/#", "a")]
    [InlineData("a/#", "a/")]
    [InlineData("a/#", "a/#")]
    [InlineData("a/#", "a/+")]
    [InlineData("a/#", "a/+/#")]
    [InlineData("a/+/#", "a/b")]
    [InlineData("a/+/#", "a/b/#")]
    [InlineData("a/+", "a/")]
    [InlineData("+", "a")]
    [InlineData("+/+", "/")]
    [InlineData("/#", "/")]
    [InlineData("/#", "/+/a")]
    [InlineData("/#", "/+/#")]
    [InlineData("/+/#", "/#")]
    [InlineData("+/+/#", "/#")]
    [InlineData("$SYS/#", "$SYS")]
    [InlineData("$SYS/#", "$SYS/+/a")]
    public void Covers_NarrowerFilter_IsTrue(string filter, string other) =>
        TopicFilter.Parse(filter).Covers(TopicFilter.Parse(other)).Should().BeTrue();

    [Theory]
    [InlineData("+", "#")]
    [InlineData("+", "+/+")]
    [InlineData("+/+", "+/#")]
    [InlineData("+/+/#", "#")]
    [InlineData("a/+/#", "a")]
    [InlineData("a/+/#", "a/#")]
    [InlineData("a/+", "a/#")]
    [InlineData("a/", "a/+")]
    [InlineData("a/b", "a/+")]
    [InlineData("/", "/#")]
    [InlineData("+/+", "/#")]
    [InlineData("//#", "/#")]
    [InlineData("a/+/#", "/#")]
    [InlineData("/#", "+/#")]
    [InlineData("a", "A")]
    [InlineData("#", "$SYS/#")]
    [InlineData("#", "$SYS/a")]
    [InlineData("+", "$SYS")]
    [InlineData("+/#", "$SYS/#")]
    [InlineData("$SYS/#", "#")]
    public void Covers_OtherFilter_IsFalse(string filter, string other) =>
        TopicFilter.Parse(filter).Covers(TopicFilter.Parse(other)).Should().BeFalse();

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/+/#", "a", false)]
    [InlineData("a/+", "+/b", true)]
    [InlineData("a/+", "+/b/#", true)]
    [InlineData("a/+", "+/b/c/#", false)]
    [InlineData("a/b/#", "a/c/#", false)]
    [InlineData("a/+/b", "a/+/c", false)]
    [InlineData("+/+", "+", false)]
    [InlineData("a", "a/", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("/#", "/", true)]
    [InlineData("/#", "+/+", true)]
    [InlineData("/#", "+", false)]
    [InlineData("/+", "+", false)]
    [InlineData("#", "+", true)]
    [InlineData("#", "/", true)]
    [InlineData("+/b", "$SYS/b", false)]
    [InlineData("#", "$SYS/#", false)]
    [InlineData("+", "$SYS/#", false)]
    [InlineData("$SYS/+", "$SYS/a/#", true)]
    [InlineData("a/+", "a/$SYS", true)]
    public void Intersects_TwoFilters_IsDecidedBothWays(string one, string other, bool expected)
    {
        TopicFilter.Parse(one).Intersects(TopicFilter.Parse(other)).Should().Be(expected);
        TopicFilter.Parse(other).Intersects(TopicFilter.Parse(one)).Should().Be(expected);
    }

    [Theory]
    [InlineData("x", 65531, 3, true)]
    [InlineData("x", 65531, 4, false)]
    [InlineData("温", 21843, 5, true)]
    [InlineData("温", 21843, 6, false)]
    public void Intersects_NothingButNamesTooLong_IsFalse(string text, int times, int room, bool expected)
    {
        var left = TopicFilter.Parse(string.Concat(Enumerable.Repeat(text, times)) + "/+");
        var right = TopicFilter.Parse("+/" + new string('y', room));

        left.Intersects(right).Should().Be(expected);
        right.Intersects(left).Should().Be(expected);
    }

    // Filters of four levels at most that are made of three literals differ, if at all, in a topic that has a level more at most
    // and is made of the same literals and a fresh one: so these topics decide each pair.
    [Fact]
    public void CoversAndIntersects_AllSmallFilters_AreExact()
    {
        string[] topics = [.. TopicOracle.AllTexts(["", "a", "$s", "b"], depth: 6)];
        string[] levels = ["", "a", "$s", "+"];
        string[] filters =
        [
            "#", "/#", .. TopicOracle.AllTexts(levels, depth: 4),
            .. TopicOracle.AllTexts(levels, depth: 3).Select(text => text + "/#"),
        ];
        var all = filters.Select(text => (Filter: TopicFilter.Parse(text), Topics: Matched(text, topics))).ToList();
        var (pairs, covers, intersects) = (0, 0, 0);

        foreach (var one in all)
        {
            foreach (var other in all)
            {
                var isCover = one.Topics.IsSupersetOf(other.Topics);
                var isCommon = one.Topics.Overlaps(other.Topics);
                if (one.Filter.Covers(other.Filter) != isCover) Assert.Fail($"{one.Filter} covers {other.Filter}: {isCover}");
                if (one.Filter.Intersects(other.Filter) != isCommon) Assert.Fail($"{one.Filter} and {other.Filter}: {isCommon}");
                pairs++;
                if (isCover) covers++;
                if (isCommon) intersects++;
            }
        }

        pairs.Should().BeGreaterThan(150_000);
        covers.Should().BeInRange(pairs / 100, pairs / 2);
        intersects.Should().BeInRange(pairs / 10, pairs / 2);
    }

    // A level that no filter names stands for all that a wildcard can be: a filter covers another when it matches the two topics
    // that are made of the other in this way, of fewest levels and of one more.
    [Fact]
    public void Covers_RandomDeepFilters_IsDecidedByTopicsOfAFreshLevel()
    {
        var covers = 0;

        Gen.Select(TopicOracle.Filter, TopicOracle.FilterAndTopic).Sample(
            (filter, pair) =>
            {
                // No topic is empty: there is a second level to these, though they do not say so.
                var other = pair.Filter switch { "#" => "+/#", "/#" => "/+/#", _ => pair.Filter };
                var shallow = (other.EndsWith('#') ? other[..^2] : other).Replace('+', 'z');
                var deep = other.EndsWith('#') ? shallow + "/z" : shallow;
                var expected = TopicOracle.Matches(filter, shallow) && TopicOracle.Matches(filter, deep);
                if (expected) Interlocked.Increment(ref covers);
                return TopicFilter.Parse(filter).Covers(TopicFilter.Parse(pair.Filter)) == expected;
            },
            iter: 100_000);

        covers.Should().BeInRange(5_000, 95_000);
    }

    [Fact]
    public void CoversAndIntersects_MostLevels_AreDecided()
    {
        var exact = TopicFilter.Parse(new string('/', 65535));
        var plus = TopicFilter.Parse(TopicOracle.Repeat("+", 32767) + "/#");

        plus.Covers(exact).Should().BeTrue();
        exact.Covers(plus).Should().BeFalse();
        plus.Intersects(exact).Should().BeTrue();
    }

    private static HashSet<int> Matched(string filter, string[] topics) =>
        [.. Enumerable.Range(0, topics.Length).Where(i => TopicOracle.Matches(filter, topics[i]))];
}
