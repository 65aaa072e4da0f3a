using Bridge.Server.Topics;
using CsCheck;

namespace Bridge.Tests.Topics;

public class TopicFilterTreeTests
{
    [Fact]
    public void Match_FiltersOfEveryKind_FindsThoseThatMatch()
    {
        var tree = TreeOf("a", "a/", "a/+", "a/#", "a/b", "a/b/#", "a/+/#", "+/b", "+/#", "#", "+", "/a/b", "$s/#");

        Match(tree, "a/b").Should().BeEquivalentTo("a/+", "a/#", "a/b", "a/b/#", "a/+/#", "+/b", "+/#", "#");
        Match(tree, "a").Should().BeEquivalentTo("a", "a/#", "+/#", "#", "+");
        Match(tree, "$s").Should().BeEquivalentTo("$s/#");
    }

    [Fact]
    public void Match_ResultsNotEmpty_Appends()
    {
        List<string> results = ["before"];

        TreeOf("a").Match("a", results);

        results.Should().Equal("before", "a");
    }

    [Fact]
    public void Add_SeveralValuesUnderOneFilter_KeepsEach()
    {
        var filter = TopicFilter.Parse("a/+");
        var tree = new TopicFilterTree<string>();

        foreach (var value in new[] { "one", "two", "one" }) tree.Add(filter, value);

        tree.Count.Should().Be(3);
        Match(tree, "a/b").Should().BeEquivalentTo("one", "one", "two");
        tree.Remove(filter, "one").Should().BeTrue();
        Match(tree, "a/b").Should().BeEquivalentTo("one", "two");
    }

    [Theory]
    [InlineData("a/b", "other")]
    [InlineData("a", "a/b")]
    [InlineData("a/b/c", "a/b")]
    [InlineData("a/+", "a/b")]
    [InlineData("a/#", "a/b")]
    [InlineData("x", "a/b")]
    public void Remove_NotThere_IsFalseAndChangesNothing(string filter, string value)
    {
        var tree = TreeOf("a/b");

        tree.Remove(TopicFilter.Parse(filter), value).Should().BeFalse();

        tree.Count.Should().Be(1);
        Match(tree, "a/b").Should().Equal("a/b");
    }

    [Fact]
    public void Remove_OneOfTwoBranches_PrunesItsNodesAlone()
    {
        var tree = TreeOf("a/b/c", "a/b/+/#", "a");

        tree.Remove(TopicFilter.Parse("a/b/+/#"), "a/b/+/#");
        tree.NodeCount.Should().Be(3);
        tree.Remove(TopicFilter.Parse("a/b/c"), "a/b/c");
        tree.NodeCount.Should().Be(1);
        tree.Remove(TopicFilter.Parse("a"), "a");
        tree.NodeCount.Should().Be(0);
    }

    [Fact]
    public void Covering_EqualSets_AreFoundUnderBothTexts()
    {
        var tree = TreeOf("#", "+/#", "/#", "/+/#", "+/+/#");

        Covering(tree, "#").Should().BeEquivalentTo("#", "+/#");
        Covering(tree, "/#").Should().BeEquivalentTo("#", "+/#", "/#", "/+/#", "+/+/#");
        CoveredBy(tree, "+/#").Should().BeEquivalentTo("#", "+/#", "/#", "/+/#", "+/+/#");
        CoveredBy(tree, "/+/#").Should().BeEquivalentTo("/#", "/+/#");
        CoveredBy(tree, "+/+/#").Should().BeEquivalentTo("/#", "/+/#", "+/+/#");
    }

    [Fact]
    public void Match_RandomTrees_AgreesWithTheOracle()
    {
        var (pairs, matches) = (0, 0);

        Gen.Select(TopicOracle.Filter.Array[0, 40], TopicOracle.Topic.Array[1, 20]).Sample(
            (filters, topics) =>
            {
                var tree = TreeAfterRemovals(filters, out var remaining);
                foreach (var topic in topics)
                {
                    var expected = remaining.Where(filter => TopicOracle.Matches(filter, topic)).Order().ToList();
                    Interlocked.Add(ref pairs, remaining.Count);
                    Interlocked.Add(ref matches, expected.Count);
                    if (!expected.SequenceEqual(Match(tree, topic).Order())) return false;
                }

                return tree.Count == remaining.Count;
            },
            iter: 5_000);

        pairs.Should().BeGreaterThan(100_000);
        matches.Should().BeInRange(pairs / 10, pairs * 9 / 10, "both outcomes are tried");
    }

    [Fact]
    public void Covers_RandomTrees_AgreeWithTheRelationOfTwoFilters()
    {
        var (queries, covered) = (0, 0);

        Gen.Select(TopicOracle.Filter.Array[0, 40], TopicOracle.Filter.Array[1, 20]).Sample(
            (filters, others) =>
            {
                var tree = TreeAfterRemovals(filters, out var remaining);
                var stored = remaining.Distinct().Select(TopicFilter.Parse).ToList();
                return others.Select(TopicFilter.Parse).All(other =>
                {
                    var above = stored.Where(filter => filter.Covers(other)).Select(filter => filter.Text).Order().ToList();
                    var below = stored.Where(other.Covers).Select(filter => filter.Text).Order();
                    Interlocked.Increment(ref queries);
                    if (above.Count > 0) Interlocked.Increment(ref covered);
                    return above.SequenceEqual(Covering(tree, other.Text).Order())
                        && below.SequenceEqual(CoveredBy(tree, other.Text).Order())
                        && tree.HasCover(other) == above.Count > 0;
                });
            },
            iter: 5_000);

        covered.Should().BeInRange(queries / 10, queries * 9 / 10, "both outcomes are tried");
    }

    private static TopicFilterTree<string> TreeOf(params string[] filters)
    {
        var tree = new TopicFilterTree<string>();
        foreach (var filter in filters) tree.Add(TopicFilter.Parse(filter), filter);
        return tree;
    }

    // Every third filter goes again, so that what is left has been pruned.
    private static TopicFilterTree<string> TreeAfterRemovals(string[] filters, out List<string> remaining)
    {
        var tree = TreeOf(filters);
        remaining = [.. filters.Where((_, i) => i % 3 != 0)];
        foreach (var filter in filters.Where((_, i) => i % 3 == 0)) tree.Remove(TopicFilter.Parse(filter), filter);
        return tree;
    }

    private static List<string> Match(TopicFilterTree<string> tree, string topic)
    {
        var results = new List<string>();
        tree.Match(topic, results);
        return results;
    }

    private static List<string> Covering(TopicFilterTree<string> tree, string filter)
    {
        var results = new List<TopicFilter>();
        tree.Covering(TopicFilter.Parse(filter), results);
        return results.ConvertAll(result => result.Text);
    }

    private static List<string> CoveredBy(TopicFilterTree<string> tree, string filter)
    {
        var results = new List<TopicFilter>();
        tree.CoveredBy(TopicFilter.Parse(filter), results);
        return results.ConvertAll(result => result.Text);
    }
}
