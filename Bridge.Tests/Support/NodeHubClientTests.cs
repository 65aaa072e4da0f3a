using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Support;

public sealed class NodeHubClientTests
{
    private static readonly byte[] AnyBytes = [0, 10, 0xC3, 0x28, 0xFF];

    [ToolTheory(Tool.Node)]
    [InlineData("json", "WebSockets")]
    [InlineData("json", "ServerSentEvents")]
    [InlineData("messagepack", null)]
    [InlineData("messagepack", "LongPolling")]
    public async Task InvokeAsync_EachProtocol_AnswersAndReceives(string protocol, string? transport)
    {
        await using var server = await StartHubAsync();
        await using var client = await NodeHubClient.ConnectAsync($"{server.Urls.First()}/hub", protocol, transport);

        var answer = await client.InvokeAsync<Note>("Tell", new { name = "é", count = 3 });

        answer.Should().Be(new Note("é", 3));
        var told = await client.WaitForEventAsync(happened => happened.Event == "Messages");
        told.Args[0].GetProperty("name").GetString().Should().Be("é");
        client.Batches.Should().ContainSingle();
    }

    [ToolFact(Tool.Node)]
    public async Task InvokeAsync_BytesInMessagePack_StayBytes()
    {
        await using var server = await StartHubAsync();
        await using var client = await NodeHubClient.ConnectAsync($"{server.Urls.First()}/hub", "messagepack");

        var answer = await client.InvokeAsync<byte[]>("Echo", AnyBytes);

        answer.Should().Equal(AnyBytes);
        var told = await client.WaitForEventAsync(happened => happened.Event == "Messages");
        told.Args[0].GetProperty("bytes").Deserialize<byte[]>(NodeClient.JsonOptions).Should().Equal(AnyBytes);
    }

    [ToolFact(Tool.Node)]
    public async Task InvokeAsync_HubThrows_ThrowsItsMessage()
    {
        await using var server = await StartHubAsync();
        await using var client = await NodeHubClient.ConnectAsync($"{server.Urls.First()}/hub");

        await FluentActions.Awaiting(() => client.InvokeAsync("Fail"))
            .Should().ThrowAsync<NodeException>().WithMessage("*topic_invalid: a+*");
    }

    [ToolFact(Tool.Node)]
    public async Task ConnectAsync_NobodyListens_Throws() =>
        await FluentActions.Awaiting(() => NodeHubClient.ConnectAsync($"http://127.0.0.1:{LoopbackPort.Find()}/hub"))
            .Should().ThrowAsync<NodeException>();

    [ToolFact(Tool.Node)]
    public async Task StopAsync_Connected_TellsThatItClosed()
    {
        await using var server = await StartHubAsync();
        await using var client = await NodeHubClient.ConnectAsync($"{server.Urls.First()}/hub");

        await client.StopAsync();

        await client.WaitForEventAsync(happened => happened.Event == "closed");
    }

    private static Task<WebApplication> StartHubAsync() => TestServer.StartAsync(
        builder => builder.Services.AddSignalR().AddMessagePackProtocol(),
        app => app.MapHub<SmallHub>("/hub"));

    public sealed record Note(string Name, int Count);

    internal sealed class SmallHub : Hub
    {
        public async Task<Dictionary<string, object>> Tell(Dictionary<string, object> note)
        {
            await Clients.Caller.SendAsync("Messages", note);
            return note;
        }

        public async Task<byte[]> Echo(byte[] bytes)
        {
            await Clients.Caller.SendAsync("Messages", new Dictionary<string, object> { ["bytes"] = bytes });
            return bytes;
        }

        public Task Fail() => Task.FromException(new HubException($"topic_invalid: a+ from {Context.ConnectionId}"));
    }
}
