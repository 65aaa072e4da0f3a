using Bridge.Server.Configuration;
using Bridge.Server.Topics;

namespace Bridge.Server.Persistence;

/// <summary>Finds what is wrong with the options of persistence.</summary>
internal static class PersistenceOptionsValidator
{
    private const int MostPerTopic = 1_000_000;

    public static void Check(PersistenceOptions options, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        CheckPath(options, checks);
        checks.Range(nameof(options.HistoryPerTopic), options.HistoryPerTopic, 0, MostPerTopic);
        checks.Range(nameof(options.HistoryBytes), options.HistoryBytes, 1_048_576, long.MaxValue);
        CheckAge(options.HistoryAge, nameof(options.HistoryAge), checks);
        checks.Range(nameof(options.QueueMessages), options.QueueMessages, 1, 10_000_000);
        checks.Range(nameof(options.QueueBytes), options.QueueBytes, 1_048_576, long.MaxValue);
        CheckAge(options.QueueAge, nameof(options.QueueAge), checks);
        foreach (var (i, rule) in options.History.Index())
            CheckRule(rule, checks.At($"{nameof(options.History)}:{i}"), brokerKeys);
    }

    private static void CheckPath(PersistenceOptions options, OptionsChecks checks)
    {
        if (!options.IsOn)
        {
            if (options.HistoryPerTopic > 0 || options.History.Count > 0)
                checks.Fail(nameof(options.Path), "is empty: without a file there is no history");
            return;
        }

        if (Directory.Exists(Path.GetFullPath(options.Path, checks.ContentRoot)))
            checks.Fail(nameof(options.Path), $"{options.Path} is a folder; name a file in it");
    }

    private static void CheckRule(HistoryOptions rule, OptionsChecks checks, IReadOnlyCollection<string> brokerKeys)
    {
        if (rule.Broker != HistoryRules.AnyBroker && !brokerKeys.Contains(rule.Broker))
            checks.Fail(nameof(rule.Broker), $"there is no broker '{rule.Broker}'");
        if (rule.Topics.Count == 0)
            checks.Fail(nameof(rule.Topics), "must list at least one topic filter");
        foreach (var (i, topic) in rule.Topics.Index())
        {
            if (TopicFilter.TryParse(topic, out var problem) is null)
                checks.Fail($"{nameof(rule.Topics)}:{i}", problem!);
        }

        checks.Range(nameof(rule.PerTopic), rule.PerTopic, 0, MostPerTopic);
        CheckAge(rule.Age ?? TimeSpan.Zero, nameof(rule.Age), checks);
    }

    private static void CheckAge(TimeSpan age, string key, OptionsChecks checks)
    {
        if (age < TimeSpan.Zero)
            checks.Fail(key, "must not be negative; 00:00:00 means without end");
    }
}
