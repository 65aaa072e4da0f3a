using Bridge.Server.Brokers;
using Bridge.Server.Configuration;

namespace Bridge.Tests.Configuration;

public sealed class OptionsComparisonTests
{
    private const string Broker = """{"Brokers":{"a":{"Url":"mqtts://h","Topics":["x","y"],"Tls":{"CaFile":null,"Protocols":["1.3"]}}}}""";

    [Fact]
    public void Differences_SameSettingsReadTwice_None() =>
        OptionsComparison.Differences(Loading.Load(Broker), Loading.Load(Broker), "Bridge").Should().BeEmpty();

    [Theory]
    [InlineData("mqtts", "mqtt", "Bridge:Brokers:a:Url")]
    [InlineData("\"x\",\"y\"", "\"y\",\"x\"", "Bridge:Brokers:a:Topics")]
    [InlineData("\"1.3\"", "\"1.2\"", "Bridge:Brokers:a:Tls:Protocols")]
    [InlineData("\"Topics\":[\"x\",\"y\"],", "", "Bridge:Brokers:a:Topics")]
    [InlineData("\"a\"", "\"b\"", "Bridge:Brokers:a,Bridge:Brokers:b")]
    [InlineData("{\"Brokers\"", "{\"Shutdown\":{\"DrainSeconds\":1},\"Cache\":{\"Ttl\":\"00:00:01\"},\"Brokers\"", "Bridge:Cache:Ttl,Bridge:Shutdown:DrainSeconds")]
    public void Differences_OneSettingChanged_AreItsPath(string before, string after, string paths) =>
        OptionsComparison.Differences(Loading.Load(Broker), Loading.Load(Broker.Replace(before, after, StringComparison.Ordinal)), "Bridge")
            .Should().Equal(paths.Split(','));

    [Fact]
    public void Differences_EverySettingOfABroker_IsSeen()
    {
        foreach (var property in typeof(BrokerOptions).GetProperties().Where(property => property.PropertyType == typeof(int) || property.PropertyType == typeof(string)))
        {
            var changed = new BrokerOptions();
            property.SetValue(changed, property.PropertyType == typeof(int) ? -1 : "other");
            OptionsComparison.Differences(new BrokerOptions(), changed, "a").Should().Equal($"a:{property.Name}");
        }
    }
}
