using Bridge.Server.Topics;

namespace Bridge.Tests.Topics;

/// <summary>What the tree promises of depth, number and memory.</summary>
public class TopicFilterTreeCostTests
{
    // 65,536 levels are all that 65,535 bytes can hold; one level fewer leaves a byte for a wildcard.
    [Theory]
    [InlineData(65535, 3)]
    [InlineData(65534, 5)]
    public void Match_MostLevels_GoesThroughAllOfThem(int slashes, int expected)
    {
        var topic = new string('/', slashes);
        string[] texts = ["#", "//#", topic, "+" + new string('/', 65534), new string('/', 65534) + "+"];
        var filters = Array.ConvertAll(texts, TopicFilter.Parse);
        var tree = new TopicFilterTree<int>();
        for (var i = 0; i < filters.Length; i++) tree.Add(filters[i], i);

        List<int> results = [];
        tree.Match(topic, results);
        results.Should().HaveCount(expected);
        List<TopicFilter> related = [];
        tree.Covering(TopicFilter.Parse(topic), related);
        related.Should().HaveCount(expected);
        related.Clear();
        tree.CoveredBy(TopicFilter.Parse("#"), related);
        related.Should().HaveCount(filters.Length);

        for (var i = 0; i < filters.Length; i++) tree.Remove(filters[i], i).Should().BeTrue();
        tree.NodeCount.Should().Be(0);
    }

    // With a literal and a plus at each level there are 2^20 ways down a topic of 20 levels, and the tree holds 40 of them.
    [Fact]
    public void Match_ManyWaysDown_FollowsThoseThatExist()
    {
        var tree = new TopicFilterTree<int>();
        for (var levels = 1; levels <= 20; levels++)
        {
            tree.Add(TopicFilter.Parse(TopicOracle.Repeat("a", levels) + "/#"), levels);
            tree.Add(TopicFilter.Parse(TopicOracle.Repeat("+", levels) + "/#"), -levels);
        }

        List<int> results = [];
        tree.Match(TopicOracle.Repeat("a", 20), results);

        results.Should().HaveCount(40).And.OnlyHaveUniqueItems();
    }

    // Four branches lead to the topic's five filters; the first levels have them in common. What stands elsewhere is never come to.
    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public void Match_HoweverManyFilters_VisitsTheBranchesThatAgree(int filters)
    {
        var tree = MixedTree(filters);

        Visited(tree, "site/1/line/7/device/17/status", 5).Should().Be(2 + 3 + (5 * 4));
        Visited(tree, "site/1/line/7/device/-/status", 0).Should().Be(2 + 3 + (3 * 4));
        Visited(tree, "elsewhere/1/line/7/device/17/status", 1).Should().Be(7);
        Visited(tree, "elsewhere", 0).Should().Be(1);
    }

    [Fact]
    public void Match_MoreMatches_VisitsTheirBranches()
    {
        var tree = MixedTree(100_000);
        var before = Visited(tree, "site/1/line/7/device/17/status", 5);

        string[] more = ["+/+/line/7/device/17/status", "site/+/line/+/device/17/#", "site/1/line/7/+/17/+"];
        foreach (var filter in more) tree.Add(TopicFilter.Parse(filter), -1);

        // They branch off at the second, the fourth and the fifth level.
        Visited(tree, "site/1/line/7/device/17/status", 5 + more.Length).Should().Be(before + 6 + 3 + 3);
    }

    [Fact]
    public void AddAndRemove_AHundredThousandFilters_LeavesNothing()
    {
        var filters = ManyFilters();
        var tree = new TopicFilterTree<int>();

        for (var i = 0; i < filters.Count; i++) tree.Add(filters[i], i);
        tree.Count.Should().Be(filters.Count);
        List<int> results = [];
        tree.Match("site/42/device/42042/status", results);
        results.Should().Equal(42042);

        for (var i = 0; i < filters.Count; i++) tree.Remove(filters[i], i).Should().BeTrue();
        tree.Count.Should().Be(0);
        tree.NodeCount.Should().Be(0);
    }

    // A filter is two nodes here, its entry, its list and its texts; a dictionary in each node would be 400 bytes on top.
    [Fact]
    public void Add_ManyFilters_IsLean()
    {
        var filters = ManyFilters();
        var tree = new TopicFilterTree<int>();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < filters.Count; i++) tree.Add(filters[i], i);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (allocated / filters.Count).Should().BeLessThan(500);
    }

    // To give room back is to copy those who stay into less of it: it happens, and so seldom that a removal costs some tens of bytes.
    [Fact]
    public void Remove_ACrowdOfSiblings_GivesTheirRoomBack()
    {
        var filters = Enumerable.Range(0, 100_000).Select(i => TopicFilter.Parse($"device/{i}")).ToList();
        var tree = new TopicFilterTree<int>();
        for (var i = 0; i < filters.Count; i++) tree.Add(filters[i], i);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < filters.Count; i++) tree.Remove(filters[i], i);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        (allocated / (double)filters.Count).Should().BeInRange(1, 100);
    }

    [Fact]
    public void Match_SteadyState_AllocatesNothing()
    {
        var filters = ManyFilters();
        var tree = new TopicFilterTree<int>();
        for (var i = 0; i < filters.Count; i++) tree.Add(filters[i], i);
        foreach (var filter in new[] { "#", "site/+/device/#", "site/42/+/+/status", "+/+/+/+/+", "$SYS/#" })
        {
            tree.Add(TopicFilter.Parse(filter), -1);
        }

        List<int> results = [];
        MatchAll(tree, results).Should().Be(7, "the filters that match are looked at");

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) MatchAll(tree, results);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().Be(0);
    }

    private static int MatchAll(TopicFilterTree<int> tree, List<int> results)
    {
        results.Clear();
        tree.Match("site/42/device/42042/status", results);
        tree.Match("$SYS/broker/uptime", results);
        tree.Match("elsewhere", results);
        return results.Count;
    }

    private static long Visited(TopicFilterTree<int> tree, string topic, int expectedMatches)
    {
        var before = tree.Visited;
        List<int> results = [];
        tree.Match(topic, results);
        results.Should().HaveCount(expectedMatches);
        return tree.Visited - before;
    }

    // Of five kinds each device has one: however many filters there are, five match a device's status.
    private static TopicFilterTree<int> MixedTree(int filters)
    {
        var tree = new TopicFilterTree<int>();
        for (var device = 0; device < filters / 5; device++)
        {
            var (site, line) = (device / 10, device % 10);
            tree.Add(TopicFilter.Parse($"site/{site}/line/{line}/device/{device}/status"), device);
            tree.Add(TopicFilter.Parse($"site/{site}/line/{line}/device/{device}/#"), device);
            tree.Add(TopicFilter.Parse($"site/{site}/+/+/device/{device}/status"), device);
            tree.Add(TopicFilter.Parse($"site/+/line/{line}/device/{device}/+"), device);
            tree.Add(TopicFilter.Parse($"+/{site}/line/{line}/device/{device}/status"), device);
        }

        return tree;
    }

    private static List<TopicFilter> ManyFilters() =>
        [.. Enumerable.Range(0, 100_000).Select(i => TopicFilter.Parse($"site/{i % 1000}/device/{i}/status"))];
}
