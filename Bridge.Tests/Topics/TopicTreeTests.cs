using Bridge.Server.Topics;
using CsCheck;

namespace Bridge.Tests.Topics;

public class TopicTreeTests
{
    [Fact]
    public void Set_NewAndKnownTopic_ReturnsThePrevious()
    {
        var tree = new TopicTree<string>();

        tree.Set("a/b", "one").Should().BeNull();
        tree.Set("a/b", "two").Should().Be("one");

        tree.Count.Should().Be(1);
        tree.Get("a/b").Should().Be("two");
        Find(tree, "a/+").Should().Equal("two");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a/")]
    [InlineData("a/b/c")]
    [InlineData("A/b")]
    public void Get_OtherTopic_IsNull(string topic) => TreeOf("a/b").Get(topic).Should().BeNull();

    [Fact]
    public void Get_Span_FindsTheTopic() => TreeOf("a/b").Get("xa/bx".AsSpan(1, 3)).Should().Be("a/b");

    [Fact]
    public void Remove_Topic_PrunesItsBranch()
    {
        var tree = TreeOf("a", "a/b/c");

        tree.Remove("a/b").Should().BeFalse("it is a level, and no topic");
        tree.Remove("a/b/c").Should().BeTrue();
        tree.Remove("a/b/c").Should().BeFalse();

        tree.Count.Should().Be(1);
        tree.NodeCount.Should().Be(1);
        Find(tree, "#").Should().Equal("a");
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("b")]
    [InlineData("#", "a", "a/b", "a/b/c", "a//c", "a/", "/", "/x")]
    [InlineData("+/#", "a", "a/b", "a/b/c", "a//c", "a/", "/", "/x")]
    [InlineData("/#", "/", "/x")]
    [InlineData("a/#", "a", "a/b", "a/b/c", "a//c", "a/")]
    [InlineData("a/+", "a/b", "a/")]
    [InlineData("a/+/#", "a/b", "a/b/c", "a//c", "a/")]
    [InlineData("a/+/c", "a/b/c", "a//c")]
    [InlineData("+/b", "a/b")]
    [InlineData("+", "a")]
    [InlineData("$s/#", "$s", "$s/b")]
    [InlineData("$s/+", "$s/b")]
    public void Find_Filter_FindsItsTopics(string filter, params string[] expected)
    {
        var tree = TreeOf("a", "a/b", "a/b/c", "a//c", "a/", "/", "/x", "$s", "$s/b");

        Find(tree, filter).Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void Find_RandomTrees_AgreesWithTheOracle()
    {
        var (pairs, matches) = (0, 0);

        Gen.Select(TopicOracle.Topic.Array[0, 40], TopicOracle.Filter.Array[1, 20]).Sample(
            (topics, filters) =>
            {
                var tree = TreeOf(topics);
                string[] removed = [.. topics.Where((_, i) => i % 3 == 0)];
                var remaining = topics.Except(removed).ToList();
                foreach (var topic in removed) tree.Remove(topic);
                foreach (var filter in filters)
                {
                    var expected = remaining.Where(topic => TopicOracle.Matches(filter, topic)).Order().ToList();
                    Interlocked.Add(ref pairs, remaining.Count);
                    Interlocked.Add(ref matches, expected.Count);
                    if (!expected.SequenceEqual(Find(tree, filter).Order())) return false;
                }

                return tree.Count == remaining.Count;
            },
            iter: 5_000);

        pairs.Should().BeGreaterThan(100_000);
        matches.Should().BeInRange(pairs / 10, pairs * 9 / 10, "both outcomes are tried");
    }

    [Fact]
    public void Find_MostLevels_GoesThroughAllOfThem()
    {
        var deepest = new string('/', 65535);
        var deep = new string('/', 65534);
        var tree = new TopicTree<string>();
        tree.Set(deepest, "65,536 levels");
        tree.Set(deep, "65,535 levels");

        Find(tree, deepest).Should().Equal("65,536 levels");
        Find(tree, "#").Should().HaveCount(2);
        Find(tree, TopicOracle.Repeat("+", 32767) + "/#").Should().HaveCount(2);
        Find(tree, "+" + deep).Should().Equal("65,535 levels");
        Find(tree, deep + "+").Should().Equal("65,535 levels");

        tree.Remove(deepest).Should().BeTrue();
        tree.NodeCount.Should().Be(65535);
    }

    [Fact]
    public void SetAndRemove_AHundredThousandTopics_LeavesNothing()
    {
        string[] topics = [.. Enumerable.Range(0, 100_000).Select(i => $"site/{i % 1000}/device/{i}")];
        var tree = TreeOf(topics);

        tree.Count.Should().Be(100_000);
        Find(tree, "site/42/#").Should().HaveCount(100);

        foreach (var topic in topics) tree.Remove(topic).Should().BeTrue();
        tree.Count.Should().Be(0);
        tree.NodeCount.Should().Be(0);
    }

    [Fact]
    public void Set_KnownTopic_AllocatesNothing()
    {
        var tree = TreeOf("a/b");
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++) tree.Set("a/b", "again");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static TopicTree<string> TreeOf(params string[] topics)
    {
        var tree = new TopicTree<string>();
        foreach (var topic in topics) tree.Set(topic, topic);
        return tree;
    }

    private static List<string> Find(TopicTree<string> tree, string filter)
    {
        var results = new List<string>();
        tree.Find(TopicFilter.Parse(filter), results);
        return results;
    }
}
