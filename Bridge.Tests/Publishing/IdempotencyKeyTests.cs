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

    [Theory]
    [InlineData(null, null)]
    [InlineData("k", null)]
    [InlineData(null, "k")]
    public void InArrayWithKey_OneKeyAtMost_IsTaken(string? member, string? header) =>
        new PublishRequest { IdempotencyKey = member }.InArrayWithKey(header).IdempotencyKey.Should().Be(member);

    [Theory]
    [InlineData("k")]
    [InlineData("l")]
    public void InArrayWithKey_ItemWithAKeyToo_IsRefused(string member) =>
        FluentActions.Invoking(() => new PublishRequest { IdempotencyKey = member }.InArrayWithKey("k"))
            .Should().Throw<BridgeException>().Which.Code.Should().Be(ErrorCodes.RequestInvalid);

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
