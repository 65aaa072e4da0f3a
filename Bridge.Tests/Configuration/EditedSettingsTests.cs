using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Contracts;
using Bridge.Tests.EndToEnd;
using Bridge.Tests.Support;

namespace Bridge.Tests.Configuration;

/// <summary>Somebody edits the settings files of a bridge that runs.</summary>
public sealed class EditedSettingsTests : IAsyncLifetime, IDisposable
{
    private const string Settings = "appsettings.json";
    private const string Override = "appsettings.Production.json";

    private readonly TemporaryFolder _folder = new();
    private MosquittoBroker _one = null!;
    private MosquittoBroker _other = null!;
    private BridgeProcess _bridge = null!;

    public async Task InitializeAsync()
    {
        (_one, _other) = (await MosquittoBroker.StartNewAsync(), await MosquittoBroker.StartNewAsync());
        Edit(Settings, Whole());
        Edit(Override, new JsonObject { ["Bridge"] = new JsonObject { ["Access"] = Deny("one/secret") } });
        _bridge = await BridgeProcess.StartInAsync(_folder);
        await WaitForAsync(brokers => brokers.All(broker => broker.State == BrokerState.Connected));
    }

    public async Task DisposeAsync()
    {
        await _bridge.DisposeAsync();
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [ToolFact(Tool.Mosquitto)]
    public async Task Edit_BrokerChangedAndAnotherAdded_LosesNothingOfTheFirst()
    {
        await using var client = await HubClient.ConnectAsync(_bridge.HubUrl);
        await client.SubscribeAsync("one", "numbers");
        var before = (await BrokersAsync()).Single();
        await using var numbers = await NumberStream.StartAsync(_one.Port, ["numbers"], perSecond: 200);

        Edit(Settings, Whole(("other", Broker(_other))));
        await WaitForAsync(brokers => brokers is [_, { BrokerKey: "other", State: BrokerState.Connected }]);
        Edit(Settings, Whole(("other", Broker(_other, ("KeepAliveSeconds", 9)))));
        await _other.WaitForLogAsync("k9)");
        Edit(Settings, Whole());
        await WaitForAsync(brokers => brokers is [{ BrokerKey: "one" }]);

        var count = (await numbers.StopAsync())["numbers"];
        await client.WaitForMessageAsync("numbers", message => message.GetText() == (count - 1).ToString(CultureInfo.InvariantCulture));
        client.Messages.Items.Select(message => int.Parse(message.GetText(), CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(0, count));
        (await BrokersAsync()).Single().Since.Should().Be(before.Since);
        await _bridge.Output.WaitForAsync(line => line.Contains("Broker other: removed", StringComparison.Ordinal));
        _bridge.Output.Items.Should().ContainMatch("*Broker other: added*").And.ContainMatch("*Broker other: changed*");
        await _other.WaitForLogAsync("disconnected");
        _other.Log.Should().NotContainMatch("*error*");
    }

    [ToolTheory(Tool.Mosquitto)]
    [InlineData("""{ "Bridge": { "Acc""")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Edit_FileOfARuleThatDeniesIsBroken_OpensNothing(string? content)
    {
        await AssertDeniedAsync("one/secret");

        Replace(Override, content);
        await RefusedAsync(Override);
        // Another file that is right does not have the broken one taken for nothing.
        Edit(Settings, Whole(("other", Broker(_other))));
        await Eventually.HoldsAsync(() => Refusals(Override) > 1);
        await AssertDeniedAsync("one/secret");
        (await BrokersAsync()).Select(broker => broker.BrokerKey).Should().Equal("one");

        Edit(Override, new JsonObject { ["Bridge"] = new JsonObject { ["Access"] = Deny("one/other") } });
        await WaitForAsync(brokers => brokers.Length == 2);
        await AssertDeniedAsync("one/other");
        (await EventsAsync("one/secret")).Should().Be(HttpStatusCode.NotFound, "it has no message, and is allowed now");
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Edit_FileSaysNothingOnPurpose_IsUsed()
    {
        Replace(Override, "{ /* nothing */ }");

        await Eventually.HoldsAsync(async () => await EventsAsync("one/secret") == HttpStatusCode.NotFound);
    }

    [ToolFact(Tool.Mosquitto)]
    public async Task Edit_AMistakeBesideGoodChanges_IsRefusedWhole()
    {
        var before = (await BrokersAsync()).Single();
        var settings = Whole(("one", Broker(_one, ("KeepAliveSeconds", 9))), ("other", Broker(_other)));
        settings["Bridge"]!["Access"]!["Roles"]!["everybody"]!["Allow"]!.AsArray().Add(Rule("nowhere", "#"));

        Edit(Settings, settings);

        await RefusedAsync("there is no broker 'nowhere'");
        (await BrokersAsync()).Should().ContainSingle().Which.Since.Should().Be(before.Since);
        _one.Log.Should().NotContainMatch("*k9*");
    }

    private JsonObject Whole(params (string Key, JsonObject Broker)[] more)
    {
        var brokers = new JsonObject { ["one"] = Broker(_one) };
        foreach (var (key, broker) in more)
            brokers[key] = broker;
        return new JsonObject
        {
            ["Bridge"] = new JsonObject
            {
                ["Brokers"] = brokers,
                ["Access"] = new JsonObject
                {
                    ["Anonymous"] = "everybody",
                    ["Roles"] = new JsonObject { ["everybody"] = new JsonObject { ["Allow"] = new JsonArray(Rule("*", "#")) } },
                },
            },
        };
    }

    private static JsonObject Deny(string topic) =>
        new() { ["Roles"] = new JsonObject { ["everybody"] = new JsonObject { ["Deny"] = new JsonArray(Rule("*", topic)) } } };

    private static JsonObject Rule(string broker, string topic) => new() { ["Actions"] = new JsonArray("read"), ["Broker"] = broker, ["Topics"] = new JsonArray(topic) };

    private static JsonObject Broker(MosquittoBroker broker, params (string Name, JsonNode Value)[] more)
    {
        var settings = new JsonObject { ["Url"] = broker.Url };
        foreach (var (name, value) in more)
            settings[name] = value;
        return settings;
    }

    private void Edit(string file, JsonObject settings) => Replace(file, settings.ToJsonString());

    private void Replace(string file, string? content)
    {
        if (content is null)
            File.Delete(_folder.File(file));
        else
            _folder.Write(file, content);
    }

    private async Task<BrokerInfo[]> BrokersAsync() =>
        (await _bridge.Client.GetFromJsonAsync<BrokerInfo[]>(new Uri("/brokers", UriKind.Relative), JsonSerializerOptions.Web))!;

    private Task WaitForAsync(Func<BrokerInfo[], bool> condition) =>
        Eventually.HoldsAsync(async () => condition(await BrokersAsync()), describe: () => string.Join('\n', _bridge.Output.Items));

    private int Refusals(string reason) => _bridge.Output.Items.Count(
        line => line.Contains("The changed configuration is not used", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));

    private Task RefusedAsync(string reason) => Eventually.HoldsAsync(() => Refusals(reason) > 0, describe: () => string.Join('\n', _bridge.Output.Items));

    private async Task<HttpStatusCode> EventsAsync(string topic)
    {
        using var answer = await _bridge.Client.GetAsync(new Uri($"/events?brokerKey=one&topic={topic}", UriKind.Relative));
        return answer.StatusCode;
    }

    private async Task AssertDeniedAsync(string topic) => (await EventsAsync(topic)).Should().Be(HttpStatusCode.Forbidden);
}
