using Bridge.Server.Access;

namespace Bridge.Tests.Access;

public sealed class TopicTemplateTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a/#/b")]
    [InlineData("a+/b")]
    [InlineData("a/+{user}")]
    [InlineData("{user}#")]
    [InlineData("{nobody}/a")]
    [InlineData("{User}/a")]
    [InlineData("{claim:}/a")]
    [InlineData("{user/a")]
    [InlineData("user}/a")]
    [InlineData("{{user}}/a")]
    [InlineData("$s{user}/a")]
    [InlineData("$share/{user}/a")]
    public void TryParse_NoTemplate_IsToldWhy(string text)
    {
        TopicTemplate.TryParse(text, out var problem).Should().BeNull();
        problem.Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("a/{site}/b", "'{' at character 3 belongs to no placeholder; there are {user} and {claim:NAME}.")]
    [InlineData("{user}/a+", "'+' must be alone in its level of a topic filter; character 9 is not.")]
    [InlineData("$s-{user}/a", "A first level that begins with '$' cannot hold a placeholder.")]
    public void TryParse_NoTemplate_CountsInTheTextAsItStands(string text, string expected)
    {
        TopicTemplate.TryParse(text, out var problem);

        problem.Should().Be(expected);
    }

    [Theory]
    [InlineData("a/#", "a/#")]
    [InlineData("users/{user}/#", "users/bob/#")]
    [InlineData("{user}", "bob")]
    [InlineData("site-{claim:site}/+", "site-7/+")]
    [InlineData("{claim:site}-{user}//{user}", "7-bob//bob")]
    [InlineData("$SYS/{user}", "$SYS/bob")]
    [InlineData("a/{claim:https://example.com/#name}/b", "a/x/b")]
    [InlineData("a/{claim:dollar}", "a/$x")]
    public void Fill_UsableValues_StandInTheirLevels(string template, string expected)
    {
        Fill(template, isDeny: false).Should().Equal(expected);
        Fill(template, isDeny: true).Should().Equal(expected);
    }

    [Theory]
    [InlineData("users/{claim:missing}/#", "users/+/#")]
    [InlineData("site-{claim:missing}/a", "+/a")]
    [InlineData("{claim:empty}", "+")]
    [InlineData("a/{claim:slash}", "a/+")]
    [InlineData("a/{claim:plus}", "a/+")]
    [InlineData("a/x{claim:hash}/#", "a/+/#")]
    [InlineData("a/{claim:nul}", "a/+")]
    [InlineData("a/{claim:half}", "a/+")]
    [InlineData("a/{user}/{claim:missing}", "a/bob/+")]
    [InlineData("{claim:dollar}/a", "+/a")]
    [InlineData("{claim:dollar}/{claim:dollar}", "+/+")]
    [InlineData("a/{claim:mixed}", "a/+", "a/1")]
    [InlineData("a/{claim:long}/{claim:long}", "a/+/+")]
    [InlineData("a/{claim:many}/{claim:alsoMany}", "a/+/+")]
    public void Fill_UnusableValue_AllowsNothingAndDeniesAll(string template, string denied, string? allowed = null)
    {
        Fill(template, isDeny: false).Should().Equal(allowed is null ? [] : [allowed]);
        Fill(template, isDeny: true).Should().Equal(denied);
    }

    [Fact]
    public void Fill_SeveralValues_TakesEachAndTheSameInBothPlaces()
    {
        Fill("{claim:both}/a/{claim:both}", isDeny: false).Should().Equal("1/a/1", "2/a/2");
        Fill("{claim:both}/{claim:alsoBoth}", isDeny: true).Should().Equal("1/3", "1/4", "2/3", "2/4");
    }

    [Fact]
    public void Fill_ValueThatLooksLikeAPlaceholder_IsText() => Fill("a/{claim:tricky}/{user}", isDeny: false).Should().Equal("a/{user}/bob");

    private static IEnumerable<string> Fill(string template, bool isDeny)
    {
        (string Claim, string Value)[] claims =
        [
            ("site", "7"), ("https://example.com/#name", "x"), ("empty", ""), ("slash", "a/b"), ("plus", "+"), ("hash", "#"), ("nul", "\0"),
            ("half", "\ud800"), ("dollar", "$x"), ("mixed", "1"), ("mixed", "#"), ("long", new string('x', 40_000)), ("tricky", "{user}"),
            ("both", "1"), ("both", "2"), ("alsoBoth", "3"), ("alsoBoth", "4"),
            .. Enumerable.Range(0, 40).SelectMany(i => new[] { ("many", $"{i}"), ("alsoMany", $"{i}") }),
        ];
        var principal = new Principal("bob", [], claims.ToLookup(claim => claim.Claim, claim => claim.Value));
        return TopicTemplate.Parse(template).Fill(principal, isDeny).Select(filter => filter.Text);
    }
}
