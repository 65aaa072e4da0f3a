using System.Security.Cryptography;

namespace Bridge.Tests.Support;

public sealed class MosquittoBrokerTests
{
    private static readonly byte[] AnyBytes = [0, 9, 10, 13, 0xC3, 0x28, 0xFF];

    [ToolFact(Tool.Mosquitto)]
    public async Task PublishAsync_AnyBytesAndProperties_ReachTheSubscriber()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var subscription = await broker.SubscribeAsync("a/#");

        await broker.PublishAsync("a/b c", AnyBytes, extraArguments: ["-D", "publish", "content-type", "text/plain"]);
        await broker.PublishAsync("a/large", RandomNumberGenerator.GetBytes(200_000), qos: 0);

        var small = await subscription.WaitForMessageAsync();
        small.Topic.Should().Be("a/b c");
        small.Payload.Should().Equal(AnyBytes);
        (small.Qos, small.Retain, small.ContentType).Should().Be((1, false, "text/plain"));
        var large = await subscription.WaitForMessageAsync(message => message.Topic == "a/large");
        large.Payload.Should().HaveCount(200_000);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task StartAsync_AfterStop_IsTheSameBrokerAgain()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Persistent = true, WebSockets = true });
        await broker.PublishAsync("kept", "1", retain: true);
        await broker.PublishAsync("deleted", "1", retain: true);
        await broker.PublishAsync("deleted", "", retain: true);
        var before = (broker.Url, broker.WebSocketUrl);

        await broker.StopAsync();
        (await LoopbackPort.AcceptsAsync(broker.Port)).Should().BeFalse();
        await broker.StartAsync();

        (broker.Url, broker.WebSocketUrl).Should().Be(before);
        await using var subscription = await broker.SubscribeAsync("#");
        (await subscription.WaitForMessageAsync()).Should().Match<MosquittoMessage>(message => message.Retain && message.Topic == "kept");
        await broker.PublishAsync("end", "");
        await subscription.WaitForMessageAsync(message => message.Topic == "end");
        subscription.Messages.Select(message => message.Topic).Should().Equal("kept", "end");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task FreezeAsync_ThenThaw_AnswersOnlyAfterwards()
    {
        await using var broker = await MosquittoBroker.StartNewAsync();
        await using var subscription = await broker.SubscribeAsync("#");

        await broker.FreezeAsync();
        var publishing = broker.PublishAsync("a", "1");
        // It cannot be proven that nothing will happen; a while in which it would have happened many times over must do.
        await FluentActions.Awaiting(() => subscription.WaitForMessageAsync(timeout: TimeSpan.FromMilliseconds(300)))
            .Should().ThrowAsync<TimeoutException>();
        await broker.ThawAsync();

        await publishing;
        await subscription.WaitForMessageAsync();
    }

    [ToolFact(Tool.Mosquitto | Tool.OpenSsl)]
    public async Task StartNewAsync_WithTls_AcceptsOnlyClientsOfTheSameCa()
    {
        await using var broker = await MosquittoBroker.StartNewAsync(new() { Tls = true });
        await using var subscription = await broker.SubscribeAsync("a");

        await broker.PublishAsync("a", AnyBytes);

        (await subscription.WaitForMessageAsync()).Payload.Should().Equal(AnyBytes);
        broker.Url.Should().StartWith("mqtts://");
        var stranger = TestCertificates.Strange;
        await FluentActions
            .Awaiting(() => broker.PublishAsync(
                "a", "1", extraArguments: ["--cert", stranger.ClientCertificate, "--key", stranger.ClientKey]))
            .Should().ThrowAsync<InvalidOperationException>();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task StartNewAsync_WithUsersAndAcl_LetsInWhoIsNamed()
    {
        var options = new MosquittoOptions
        {
            Users = new Dictionary<string, string> { ["bridge"] = "pass word 2" },
            Acl = "user bridge\ntopic readwrite allowed/#\n",
        };
        await using var broker = await MosquittoBroker.StartNewAsync(options);
        await using var subscription = await broker.SubscribeAsync("#");

        await broker.PublishAsync("forbidden", "1", qos: 0);
        await broker.PublishAsync("allowed/a", "1");

        await subscription.WaitForMessageAsync(message => message.Topic == "allowed/a");
        subscription.Messages.Should().ContainSingle();
        await FluentActions.Awaiting(() => broker.PublishAsync("allowed/a", "1", extraArguments: ["-P", "wrong"]))
            .Should().ThrowAsync<InvalidOperationException>();
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task StartNewAsync_WrongConfiguration_SaysWhatMosquittoSays() =>
        await FluentActions.Awaiting(() => MosquittoBroker.StartNewAsync(new() { ExtraConfiguration = "no_such_setting 1" }))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*no_such_setting*");
}
