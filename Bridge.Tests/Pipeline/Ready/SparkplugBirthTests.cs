using System.Globalization;
using Bridge.Contracts.Steps;
using Bridge.Server.Pipeline.Ready;
using Bridge.Tests.Support;
using static Bridge.Tests.Pipeline.Ready.ProtobufBytes;

namespace Bridge.Tests.Pipeline.Ready;

/// <summary>Data that says only the alias: names and types are those of the last birth.</summary>
public sealed class SparkplugBirthTests
{
    private readonly MessageStep _step = Step(67_108_864);

    [Fact]
    public void Process_AliasOfABirth_HasItsNameAndType()
    {
        Birth("e/d", (7, "pressure", 1), (8, "speed", 3));

        Run("e/d", Alias(7, 0xFF), Alias(8, 5)).Should().Equal(("sparkplug/g/e/d/pressure", "-1"), ("sparkplug/g/e/d/speed", "5"));
    }

    [Fact]
    public void Process_NameWithoutType_HasTheTypeOfTheBirth()
    {
        Birth("e/d", (7, "pressure", 1));

        Run("e/d", Bytes(2, Text(1, "pressure"), Varint(10, 0xFF))).Should().Equal(("sparkplug/g/e/d/pressure", "-1"));
    }

    [Fact]
    public void Process_UnknownAlias_IsNamedByItsNumber()
    {
        Birth("e/d", (7, "pressure", 1));

        Run("e/d", Alias(9, 0xFF)).Should().Equal(("sparkplug/g/e/d/alias-9", "255"));
        Run("e/other", Alias(7, 0xFF)).Should().Equal(("sparkplug/g/e/other/alias-7", "255"));
        Run("e", Alias(7, 0xFF)).Should().Equal(("sparkplug/g/e/alias-7", "255"));
    }

    [Fact]
    public void Process_AnotherBirth_ReplacesTheFirst()
    {
        Birth("e", (7, "pressure", 1), (8, "speed", 3));
        Birth("e", (7, "level", 5));

        Run("e", Alias(7, 0xFF), Alias(8, 1)).Should().Equal(("sparkplug/g/e/level", "255"), ("sparkplug/g/e/alias-8", "1"));
    }

    [Fact]
    public void Process_SameDeviceOfAnotherBroker_IsAnother()
    {
        Birth("e", (7, "pressure", 1));

        var message = TestMessages.Message("spBv1.0/g/NDATA/e", Alias(7, 1)) with { BrokerKey = "cloud" };
        _step.Run(message).Messages.Single().Topic.Should().Be("sparkplug/g/e/alias-7");
    }

    [Fact]
    public void Process_MalformedBirth_ChangesNothing()
    {
        Birth("e", (7, "pressure", 1));

        _step.Run(TestMessages.Message("spBv1.0/g/NBIRTH/e", Bytes(2, Varint(4, 1)))).Outcome.Should().Be(StepOutcome.Reject);

        Run("e", Alias(7, 1)).Should().Equal(("sparkplug/g/e/pressure", "1"));
    }

    [Fact]
    public void Remember_MoreThanThereIsRoomFor_ForgetsTheOneUsedLeastRecently()
    {
        var births = new SparkplugBirths(3 * 130);
        foreach (var source in new[] { "a", "b", "c" })
            births.Remember("plant", source, BirthOf(1));
        births.Find("plant", "a").Should().NotBeNull();

        births.Remember("plant", "d", BirthOf(1));
        Known(births).Should().Be("acd");

        births.Remember("plant", "a", BirthOf(2));
        Known(births).Should().Be("ad");

        births.Remember("plant", "d", BirthOf(4));
        Known(births).Should().Be("a", "it is larger than all that may be remembered, and replaces what was known of it");
    }

    [Fact]
    public void Process_ManyDevicesAtATime_HaveTheirOwnNames() =>
        Parallel.For(0, 200, i =>
        {
            Birth($"e/d{i % 20}", (7, $"m{i % 20}", 3));
            Run($"e/d{i % 20}", Alias(7, 1)).Should().Equal(($"sparkplug/g/e/d{i % 20}/m{i % 20}", "1"));
        });

    private static string Known(SparkplugBirths births) => string.Concat("abcd".Where(source => births.Find("plant", source.ToString()) is not null));

    private static SparkplugBirth BirthOf(int metrics)
    {
        var payload = new SparkplugPayload();
        for (var i = 0; i < metrics; i++)
            payload.Metrics.Add(new SparkplugMetric { Name = i.ToString(CultureInfo.InvariantCulture), Alias = (ulong)i });
        return new SparkplugBirth(payload);
    }

    private static byte[] Alias(ulong alias, ulong value) => Bytes(2, Varint(2, alias), Varint(10, value));

    private static MessageStep Step(long birthBytes) => ReadyStepOf.Group($$""" "Sparkplug": { "BirthBytes": {{birthBytes}} } """);

    private void Birth(string source, params (ulong Alias, string Name, ulong Type)[] metrics)
    {
        var payload = metrics.SelectMany(metric => Bytes(2, Text(1, metric.Name), Varint(2, metric.Alias), Varint(4, metric.Type), Varint(10, 0))).ToArray();
        _step.Run(TestMessages.Message(Topic(source, "BIRTH"), payload)).Messages.Should().HaveCount(metrics.Length);
    }

    private List<(string Topic, string Text)> Run(string source, params byte[][] metrics) =>
        [.. _step.Run(TestMessages.Message(Topic(source, "DATA"), [.. metrics.SelectMany(metric => metric)])).Messages
            .Select(message => (message.Topic, message.GetText()))];

    private static string Topic(string source, string kind) => $"spBv1.0/g/{(source.Contains('/', StringComparison.Ordinal) ? 'D' : 'N')}{kind}/{source}";
}
