using System.Text;
using Bridge.Benchmarks.Clients;

namespace Bridge.Tests.Benchmarks;

public sealed class HttpAnswerTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

    [Theory]
    [InlineData(Head, false)]
    [InlineData(Head + "Content-Length: 3\r\n\r\nab", false)]
    [InlineData(Head + "Content-Length: 3\r\n\r\nabc", true)]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false)]
    [InlineData(Head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nBridge-Cursor: a.1\r\n\r\n", true)]
    public void IsComplete_Answer_IsSoAtItsEnd(string answer, bool expected) =>
        HttpAnswer.IsComplete(Encoding.ASCII.GetBytes(answer)).Should().Be(expected);

    [Theory]
    [InlineData("HTTP/1.1 304 Not Modified\r\nBridge-Cursor: k3f9.18\r\nAge: 1\r\n\r\n", "k3f9.18")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nBridge-Cursor: k3f9.18\r\n\r\n", "k3f9.18")]
    [InlineData("HTTP/1.1 304 Not Modified\r\n\r\n", "")]
    public void Header_Answer_GivesItsValue(string answer, string expected) =>
        Encoding.ASCII.GetString(HttpAnswer.Header(Encoding.ASCII.GetBytes(answer), "Bridge-Cursor: "u8)).Should().Be(expected);
}
