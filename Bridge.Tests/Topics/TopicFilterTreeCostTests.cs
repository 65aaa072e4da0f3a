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

    private static List<TopicFilter> ManyFilters() =>
        [.. Enumerable.Range(0, 100_000).Select(i => TopicFilter.Parse($"site/{i % 1000}/device/{i}/status"))];
}
