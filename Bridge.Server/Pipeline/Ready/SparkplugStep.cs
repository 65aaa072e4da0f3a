using System.Buffers;
using System.Globalization;
using Bridge.Contracts;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;
using Bridge.Server.Topics;
using Google.Protobuf;

namespace Bridge.Server.Pipeline.Ready;

/// <inheritdoc cref="SparkplugOptions"/>
internal sealed class SparkplugStep(SparkplugOptions options) : ReadyStep
{
    private readonly SparkplugBirths _births = new(options.BirthBytes);

    public static void Check(SparkplugOptions options, OptionsChecks checks)
    {
        if (TopicName.Check(options.Prefix + "x") is { } problem)
            checks.Fail(nameof(options.Prefix), problem);
        checks.Range(nameof(options.BirthBytes), options.BirthBytes, 65_536, 17_179_869_184);
    }

    public override StepResult Process(BridgeMessage message, StepStage stage)
    {
        if (SparkplugTopic.Parse(message.Topic) is not { } topic || IsDeletion(message))
            return StepResult.Pass;

        try
        {
            var payload = SparkplugPayload.Parser.ParseFrom(new ReadOnlySequence<byte>(message.Payload));
            return payload.Metrics.Count == 0 ? StepResult.Pass : StepResult.Split(Split(message, topic, payload));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            return StepResult.Reject($"The payload is no Sparkplug B: {exception.Message}");
        }
    }

    private List<BridgeMessage> Split(BridgeMessage message, SparkplugTopic topic, SparkplugPayload payload)
    {
        var birth = topic.IsBirth ? new SparkplugBirth(payload) : _births.Find(message.BrokerKey, topic.Source);
        var messages = new List<BridgeMessage>(payload.Metrics.Count);
        foreach (var (i, metric) in payload.Metrics.Index())
        {
            if (NameOf(metric, birth) is not { Length: > 0 } name)
                throw new InvalidDataException($"metric {i} of it has neither a name nor an alias");
            if (!metric.IsHistorical || options.Historical == HistoricalMetrics.Keep)
                messages.Add(MessageOf(message, topic, payload, metric, name, TypeOf(metric, name, birth)));
        }

        if (topic.IsBirth)
            _births.Remember(message.BrokerKey, topic.Source, birth!);
        return messages;
    }

    private BridgeMessage MessageOf(
        BridgeMessage message, SparkplugTopic topic, SparkplugPayload payload, SparkplugMetric metric, string name, SparkplugType type)
    {
        var value = SparkplugValues.Of(metric, type);
        return message with
        {
            Topic = TopicOf(topic, name),
            Payload = SparkplugPayloads.Of(value),
            ContentType = SparkplugPayloads.IsJson(value) ? "application/json" : null,
            UserProperties = PropertiesOf(message, topic, payload, metric, type),
        };
    }

    /// <summary>What is commanded is no value yet: it stands apart.</summary>
    private string TopicOf(SparkplugTopic topic, string name)
    {
        name = name.Replace('+', '_').Replace('#', '_').Replace('\0', '_');
        var text = string.Concat(options.Prefix, topic.Source, topic.IsCommand ? "/$command/" : "/", name);
        return TopicName.Check(text) is { } problem ? throw new InvalidDataException($"the name of a metric of it makes no topic: {problem}") : text;
    }

    private static string? NameOf(SparkplugMetric metric, SparkplugBirth? birth) => metric switch
    {
        { Name.Length: > 0 } => metric.Name,
        { HasAlias: true } => birth?.NameOf(metric.Alias) ?? string.Create(CultureInfo.InvariantCulture, $"alias-{metric.Alias}"),
        _ => null,
    };

    private static SparkplugType TypeOf(SparkplugMetric metric, string name, SparkplugBirth? birth) =>
        metric.HasDatatype ? (SparkplugType)metric.Datatype : birth?.TypeOf(name) ?? SparkplugType.Unknown;

    private static List<UserProperty> PropertiesOf(
        BridgeMessage message, SparkplugTopic topic, SparkplugPayload payload, SparkplugMetric metric, SparkplugType type)
    {
        List<UserProperty> properties = [.. message.UserProperties, new("messageType", topic.Kind)];
        if (type != SparkplugType.Unknown)
            properties.Add(new("type", type.ToString()));
        if (metric.HasTimestamp || payload.HasTimestamp)
            properties.Add(new("timestamp", (metric.HasTimestamp ? metric.Timestamp : payload.Timestamp).ToString(CultureInfo.InvariantCulture)));
        if (metric.IsHistorical)
            properties.Add(new("historical", "true"));
        return properties;
    }
}
