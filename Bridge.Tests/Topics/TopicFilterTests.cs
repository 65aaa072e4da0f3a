using Bridge.Server.Topics;

namespace Bridge.Tests.Topics;

public class TopicFilterTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("#")]
    [InlineData("+")]
    [InlineData("/")]
    [InlineData("/#")]
    [InlineData("/+")]
    [InlineData("+/")]
    [InlineData("a/#")]
    [InlineData("a//#")]
    [InlineData("+/#")]
    [InlineData("+/a/+")]
    [InlineData("a/+/+/b")]
    [InlineData("$SYS/#")]
    [InlineData("$share")]
    [InlineData("$shared/a")]
    [InlineData("a/$share/b")]
    [InlineData("größe/🌡/+")]
    public void TryParse_Filter_KeepsItsText(string text)
    {
        TopicFilter.TryParse(text, out var problem)!.Text.Should().Be(text);
        problem.Should().BeNull();
    }

    [Theory]
    [InlineData("", "*at least one character*")]
    [InlineData("a#", "*'#'*alone*character 2*")]
    [InlineData("a/b#", "*'#'*alone*character 4*")]
    [InlineData("#/a", "*'#'*last*character 1.")]
    [InlineData("a/#/", "*'#'*last*character 3.")]
    [InlineData("a/#/b", "*'#'*last*character 3.")]
    [InlineData("##", "*'#'*last*character 1.")]
    [InlineData("+#", "*'+'*alone*character 1*")]
    [InlineData("a+", "*'+'*alone*character 2*")]
    [InlineData("+a", "*'+'*alone*character 1*")]
    [InlineData("++", "*'+'*alone*character 1*")]
    [InlineData("a/+b/c", "*'+'*alone*character 3*")]
    [InlineData("a/b+/c", "*'+'*alone*character 4*")]
    [InlineData("a/\0", "*U+0000*character 3.")]
    [InlineData("$share/group/a", "Shared subscriptions*")]
    [InlineData("$share/#", "Shared subscriptions*")]
    [InlineData("$share/", "Shared subscriptions*")]
    public void TryParse_NoFilter_SaysWhy(string text, string expected)
    {
        TopicFilter.TryParse(text, out var problem).Should().BeNull();
        problem.Should().Match(expected);
    }

    [Fact]
    public void TryParse_LoneSurrogate_SaysWhere()
    {
        TopicFilter.TryParse("a/" + (char)0xD83C + "/#", out var problem).Should().BeNull();
        problem.Should().Match("*surrogate*character 3.");
    }

    [Theory]
    [InlineData("a", 65533, true)]
    [InlineData("a", 65534, false)]
    [InlineData("ü", 32766, true)]
    [InlineData("ü", 32767, false)]
    [InlineData("温", 21844, true)]
    [InlineData("温", 21845, false)]
    public void TryParse_LongFilter_CountsBytes(string text, int times, bool fits)
    {
        TopicFilter.TryParse(string.Concat(Enumerable.Repeat(text, times)) + "/#", out var problem);

        if (fits) problem.Should().BeNull();
        else problem.Should().Match("*longer than 65535 bytes*");
    }

    [Fact]
    public void Parse_NoFilter_Throws() =>
        FluentActions.Invoking(() => TopicFilter.Parse("a#")).Should().Throw<FormatException>().WithMessage("*'#'*");

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("/", true)]
    [InlineData("$SYS", true)]
    [InlineData("+", false)]
    [InlineData("a/+/b", false)]
    [InlineData("a/#", false)]
    public void IsExact_Filter_IsWithoutWildcards(string text, bool exact) => TopicFilter.Parse(text).IsExact.Should().Be(exact);

    [Theory]
    [InlineData("a/+", "a/+", true)]
    [InlineData("a/+", "A/+", false)]
    [InlineData("#", "+/#", false)]
    public void Equals_Filters_ComparesTexts(string one, string other, bool equal)
    {
        // A copy, lest the comparison be one of references.
        var (left, right) = (TopicFilter.Parse(one), TopicFilter.Parse(new string(other.AsSpan())));

        left.Equals(right).Should().Be(equal);
        (left == right).Should().Be(equal);
        (left.GetHashCode() == right.GetHashCode()).Should().Be(equal);
    }
}
