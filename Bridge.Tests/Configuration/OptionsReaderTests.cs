using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Brokers;
using Bridge.Server.Configuration;
using Bridge.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Bridge.Tests.Configuration;

public sealed class OptionsReaderTests
{
    [Fact]
    public void Read_EveryKindOfSetting_SetsIt()
    {
        var options = Loading.Load("""
            {
              "embeddedBroker": { "Enabled": "True", "port": 0 },
              "Brokers": { "plant": {
                "Url": "mqtts://host", "Topics": ["a/#", "b"], "SubscribeQos": "exactlyonce", "SessionExpirySeconds": 4294967295,
                "ClientId": null, "Tls": { "Protocols": ["1.3"], "AllowUntrusted": true } } },
              "Cache": { "Ttl": "1.02:03:04", "MaxBytes": 5000000000 }
            }
            """);

        options.EmbeddedBroker.Enabled.Should().BeTrue();
        options.EmbeddedBroker.ListenPort.Should().BePositive("a free port was found");
        options.Cache.Ttl.Should().Be(new TimeSpan(1, 2, 3, 4));
        options.Cache.MaxBytes.Should().Be(5_000_000_000);
        options.Cache.MaxTopics.Should().Be(200_000);
        options.Brokers.Keys.Should().BeEquivalentTo("plant", "embedded");
        var plant = options.Brokers["plant"];
        plant.Topics.Should().Equal("a/#", "b");
        plant.SubscribeQos.Should().Be(QualityOfService.ExactlyOnce);
        plant.SessionExpirySeconds.Should().Be(4_294_967_295);
        plant.ClientId.Should().BeNull();
        plant.Tls.Protocols.Should().Equal("1.3");
        plant.Tls.AllowUntrusted.Should().BeTrue();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Brokers":{},"Cache":null,"Cors":{"Origins":[]},"Limits":{}}""")]
    public void Read_NothingSet_LeavesTheDefaults(string bridge) => Loading.Load(bridge).Should().BeEquivalentTo(new BridgeOptions());

    [Fact]
    public void Read_NullAndEmptyList_AreAbsentAndEmpty()
    {
        var options = Loading.Load("""{"Brokers":{"a":{"Url":"mqtt://h","Topics":null},"b":{"Url":"mqtt://h","Topics":[],"Tls":null}}}""");

        options.Brokers["a"].Topics.Should().BeNull();
        options.Brokers["b"].Topics.Should().BeEmpty();
        options.Brokers["b"].Tls.Should().BeEquivalentTo(new BrokerTlsOptions());
    }

    [Fact]
    public void Read_ListOfMoreThanTen_KeepsItsOrder()
    {
        var topics = Enumerable.Range(0, 12).Select(i => $"t/{i}").ToList();

        var options = Loading.Load($$"""{"Brokers":{"a":{"Url":"mqtt://h","Topics":["{{string.Join("\",\"", topics)}}"]} } }""");

        options.Brokers["a"].Topics.Should().Equal(topics);
    }

    [Fact]
    public void Read_SeveralSources_TheLaterOneWinsMemberByMember()
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(Loading.Json("""{"Bridge":{"Brokers":{"plant":{"Url":"mqtt://h","KeepAliveSeconds":7}}}}"""))
            .AddInMemoryCollection([new("bridge:brokers:plant:keepaliveseconds", "9"), new("Bridge:Brokers:plant:Password", "secret")])
            .Build();

        var plant = BridgeOptionsLoader.Load(configuration, new TestEnvironment(AppContext.BaseDirectory), []).Brokers["plant"];

        (plant.Url, plant.KeepAliveSeconds, plant.Password).Should().Be(("mqtt://h", 9, "secret"));
    }

    [Fact]
    public void Read_ListOfGroups_ReadsEach()
    {
        var access = Loading.Load("""
            {"Access":{"Roles":{"a":{},"b":{"Allow":[{"Actions":["read"],"Broker":"*","Topics":["x","y"]},{"Actions":["publish"],"Broker":"*","Topics":["z"]}]}}}}
            """).Access;

        access.Jwt.Should().BeNull();
        access.Roles["a"].Should().BeEquivalentTo(new RoleOptions());
        access.Roles["b"].Allow.SelectMany(rule => rule.Topics).Should().Equal("x", "y", "z");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    public void Read_GroupThatIsAbsentByDefault_StaysAbsent(string value) =>
        Loading.Load($$"""{"Access":{"Jwt":{{value}} } }""").Access.Jwt.Should().BeNull();

    [Fact]
    public void Read_ItemOfAListThatIsNoGroup_DoesNotMoveThoseBehindIt() =>
        Loading.Errors("""{"Access":{"Roles":{"r":{"Allow":["read",{"Broker":"*","Topics":["#"],"Actions":["fly"]}]}}}}""").Should()
            .Contain("Bridge:Access:Roles:r:Allow:0: expected a group of settings, found 'read'")
            .And.Contain("Bridge:Access:Roles:r:Allow:1:Actions:0: 'fly' is none of read, publish, retain, request");

    [Theory]
    [InlineData("""{"Access":{"ApiKeys":"excel"}}""", "Bridge:Access:ApiKeys: expected a list, found 'excel'")]
    [InlineData("""{"Access":{"ApiKeys":{"excel":{}}}}""", "Bridge:Access:ApiKeys: expected a list, found a group of settings")]
    [InlineData("""{"Access":{"Roles":{"r":{"Deny":[{"Broker":"*","Topics":["#"],"Actions":["read"],"Topic":"a"}]}}}}""",
        "Bridge:Access:Roles:r:Deny:0:Topic: there is no such setting; known here: Actions, Broker, Topics")]
    [InlineData("""{"Cach":{}}""", "Bridge:Cach: there is no such setting; known here: EmbeddedBroker, Brokers, Cache, Persistence, Pipeline, FanOut, Access, Tls, Cors, Limits, Shutdown, Diagnostics")]
    [InlineData("""{"Cache":{"Ttl2":1}}""", "Bridge:Cache:Ttl2: there is no such setting; known here: MaxTopics, MaxBytes, Ttl, RecentMessages, RecentBytes")]
    [InlineData("""{"Cache":5}""", "Bridge:Cache: expected a group of settings, found '5'")]
    [InlineData("""{"Brokers":"mqtt://host"}""", "Bridge:Brokers: expected a group of settings, found 'mqtt://host'")]
    [InlineData("""{"Brokers":{"a":"mqtt://host"}}""", "Bridge:Brokers:a: expected a group of settings, found 'mqtt://host'")]
    [InlineData("""{"Cache":{"MaxTopics":"many"}}""", "Bridge:Cache:MaxTopics: expected a whole number, found 'many'")]
    [InlineData("""{"Cache":{"MaxTopics":1.5}}""", "Bridge:Cache:MaxTopics: expected a whole number, found '1.5'")]
    [InlineData("""{"Cache":{"MaxTopics":2147483648}}""", "Bridge:Cache:MaxTopics: expected a whole number, found '2147483648'")]
    [InlineData("""{"Cache":{"MaxBytes":""}}""", "Bridge:Cache:MaxBytes: expected a whole number, found ''")]
    [InlineData("""{"Cache":{"MaxBytes":{"a":1}}}""", "Bridge:Cache:MaxBytes: expected one value, found a group of settings")]
    [InlineData("""{"Cache":{"MaxBytes":[1]}}""", "Bridge:Cache:MaxBytes: expected one value, found a group of settings")]
    [InlineData("""{"Cache":{"Ttl":"one day"}}""", "Bridge:Cache:Ttl: expected a time such as 00:30:00 or 1.00:00:00, found 'one day'")]
    [InlineData("""{"Cache":{"Ttl":3600}}""", "Bridge:Cache:Ttl: expected a time such as 00:30:00 or 1.00:00:00, found '3600'")]
    [InlineData("""{"Cache":{"Ttl":"24:00:00"}}""", "Bridge:Cache:Ttl: expected a time such as 00:30:00 or 1.00:00:00, found '24:00:00'")]
    [InlineData("""{"EmbeddedBroker":{"Enabled":"yes"}}""", "Bridge:EmbeddedBroker:Enabled: expected true or false, found 'yes'")]
    [InlineData("""{"Cors":{"Origins":"https://a.example"}}""", "Bridge:Cors:Origins: expected a list, found 'https://a.example'")]
    [InlineData("""{"Cors":{"Origins":[{"a":"https://a.example"}]}}""", "Bridge:Cors:Origins:0: expected one value, found a group of settings")]
    public void Read_WrongKeyOrType_IsToldWithItsPath(string bridge, string error) => Loading.Errors(bridge).Should().Equal(error);

    [Theory]
    [InlineData("3")]
    [InlineData("\"often\"")]
    [InlineData("-1")]
    public void Read_WordThatIsNone_IsToldWithThoseThatAre(string value) =>
        Loading.BrokerErrors($"\"SubscribeQos\":{value}").Should().ContainSingle()
            .Which.Should().Match("Bridge:Brokers:plant:SubscribeQos: expected one of 0, 1, 2, found '*'");

    [Theory]
    [InlineData("0")]
    [InlineData("\"00:00:00\"")]
    public void Read_NoTime_IsZero(string value) => Loading.Load($$"""{"Cache":{"Ttl":{{value}} } }""").Cache.Ttl.Should().Be(TimeSpan.Zero);
}
