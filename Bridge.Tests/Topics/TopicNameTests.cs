using Bridge.Server.Topics;

namespace Bridge.Tests.Topics;

public class TopicNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData(" ")]
    [InlineData("Accounts payable")]
    [InlineData("$SYS/uptime")]
    [InlineData("$share/group/a")]
    [InlineData("größe/温度/🌡")]
    [InlineData("\u0001\u001F\u007F\u009F")]
    [InlineData("\uFDD0\uFFFE\uFEFF")]
    public void Check_TopicName_FindsNothing(string topic) => TopicName.Check(topic).Should().BeNull();

    [Theory]
    [InlineData("", "*at least one character*")]
    [InlineData("+", "*wildcard*'+'*character 1.")]
    [InlineData("#", "*wildcard*'#'*character 1.")]
    [InlineData("a/+/b", "*wildcard*'+'*character 3.")]
    [InlineData("a/b#", "*wildcard*'#'*character 4.")]
    [InlineData("a\0", "*U+0000*character 2.")]
    [InlineData("\0", "*U+0000*character 1.")]
    public void Check_NoTopicName_SaysWhy(string topic, string problem) => TopicName.Check(topic).Should().Match(problem);

    // UTF-16 in hexadecimal: attributes are stored in UTF-8, which has no lone surrogates.
    [Theory]
    [InlineData("D800", 1)]
    [InlineData("DC00", 1)]
    [InlineData("0061 D83C", 2)]
    [InlineData("0061 DF21 0062", 2)]
    [InlineData("DF21 D83C", 1)]
    [InlineData("D83C D83C DF21", 1)]
    [InlineData("D83C DF21 DF21", 3)]
    [InlineData("D83C DF21 002F D83C", 4)]
    public void Check_LoneSurrogate_SaysWhere(string units, int character)
    {
        var topic = string.Concat(units.Split(' ').Select(unit => (char)Convert.ToInt32(unit, 16)));

        TopicName.Check(topic).Should().Match($"*surrogate*character {character}.");
    }

    [Theory]
    [InlineData("a", 65535, true)]
    [InlineData("a", 65536, false)]
    [InlineData("/", 65535, true)]
    [InlineData("ü", 32767, true)]
    [InlineData("ü", 32768, false)]
    [InlineData("温", 21845, true)]
    [InlineData("温", 21846, false)]
    [InlineData("🌡", 16383, true)]
    [InlineData("🌡", 16384, false)]
    public void Check_LongTopic_CountsBytes(string text, int times, bool fits)
    {
        var problem = TopicName.Check(string.Concat(Enumerable.Repeat(text, times)));

        if (fits) problem.Should().BeNull();
        else problem.Should().Match("*longer than 65535 bytes*");
    }

    [Theory]
    [InlineData("$SYS", true)]
    [InlineData("$", true)]
    [InlineData("$/a", true)]
    [InlineData("/$SYS", false)]
    [InlineData("a/$SYS", false)]
    [InlineData("a$", false)]
    [InlineData("", false)]
    public void IsReserved_Topic_LooksAtTheFirstCharacter(string topic, bool reserved) =>
        TopicName.IsReserved(topic).Should().Be(reserved);
}
