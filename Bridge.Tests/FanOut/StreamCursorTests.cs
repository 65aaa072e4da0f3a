using Bridge.Server.FanOut;
using Bridge.Server.Messages;

namespace Bridge.Tests.FanOut;

public sealed class StreamCursorTests
{
    [Theory]
    [InlineData("0123abcd.0")]
    [InlineData("k3f9.18233")]
    [InlineData("e.9223372036854775807")]
    public void Parse_ACursor_IsTheSameWhenWritten(string text) => StreamCursor.Parse(text).ToString().Should().Be(text);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("epoch")]
    [InlineData("epoch.")]
    [InlineData(".5")]
    [InlineData("epoch.-1")]
    [InlineData("epoch.+1")]
    [InlineData("epoch. 1")]
    [InlineData("epoch.1.2")]
    [InlineData("epoch.1e3")]
    [InlineData("EPOCH.1")]
    [InlineData("e\r\npoch.1")]
    [InlineData("epöch.1")]
    [InlineData("epoch.9223372036854775808")]
    [InlineData("0123456789012345678901234567890123456789.1")]
    public void Parse_SomethingElse_IsRefused(string text) =>
        FluentActions.Invoking(() => StreamCursor.Parse(text)).Should().Throw<BridgeException>().Which.Code.Should().Be("cursor_invalid");
}
