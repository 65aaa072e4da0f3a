using Bridge.Server.Brokers;

namespace Bridge.Tests.Brokers;

public sealed class MqttTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a/b c/é/🚀/\u00a0\u2028\ufeff\ufffd\ue000")]
    [InlineData("\ud83d\ude80")]
    public void FindProblem_OrdinaryText_HasNone(string text) => MqttText.FindProblem(text).Should().BeNull();

    [Theory]
    [InlineData("a\u0000", "U+0000")]
    [InlineData("\u0001", "U+0001")]
    [InlineData("a\n", "U+000A")]
    [InlineData("\u001f", "U+001F")]
    [InlineData("\u007f", "U+007F")]
    [InlineData("\u009f", "U+009F")]
    [InlineData("\ufdd0", "U+FDD0")]
    [InlineData("\ufffe", "U+FFFE")]
    [InlineData("\U0010ffff", "U+10FFFF")]
    public void FindProblem_CharacterThatBrokersMayRefuse_NamesIt(string text, string name) =>
        MqttText.FindProblem(text).Should().Contain(name);

    [Fact]
    public void FindProblem_Length_IsOfBytes()
    {
        MqttText.FindProblem(new string('é', 32_767) + "a").Should().BeNull();
        MqttText.FindProblem(new string('é', 32_768)).Should().Contain("65535");
    }
}
