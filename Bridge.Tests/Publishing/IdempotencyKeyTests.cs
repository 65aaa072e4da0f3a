using Bridge.Contracts;
using Bridge.Server.Messages;
using Bridge.Server.Publishing;

namespace Bridge.Tests.Publishing;

public sealed class IdempotencyKeyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public void Parse_AsLongAsItMayBe_IsTaken(int length) =>
        IdempotencyKey.Parse(new string('~', length)).Should().Be(new string('~', length));

    [Fact]
    public void Parse_EachVisibleAsciiCharacter_IsTakenAndNoOther()
    {
        for (var character = '\0'; character < 0x200; character++)
        {
            var parse = () => IdempotencyKey.Parse($"a{character}b");
            if (character is > ' ' and < '\u007f')
                parse().Should().Be($"a{character}b");
            else
                parse.Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.RequestInvalid, "of {0:X4}", (int)character);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void Parse_EmptyOrTooLong_IsRefused(int length) =>
        FluentActions.Invoking(() => IdempotencyKey.Parse(new string('k', length))).Should().Throw<BridgeException>();

    [Fact]
    public void OfItem_Numbered_IsDistinctForEach()
    {
        IdempotencyKey.OfItem("k", 12).Should().Be("k#12");
        IdempotencyKey.OfItem(null, 12).Should().BeNull();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "k", "k")]
    [InlineData("k", null, "k")]
    [InlineData("k", "k", "k")]
    public void WithKey_OneOrTheSame_IsTheKey(string? member, string? beside, string? key) =>
        new PublishRequest { IdempotencyKey = member }.WithKey(beside).IdempotencyKey.Should().Be(key);

    [Fact]
    public void WithKey_Another_IsRefused() => FluentActions.Invoking(() => new PublishRequest { IdempotencyKey = "k" }.WithKey("K"))
        .Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.RequestInvalid);
}
