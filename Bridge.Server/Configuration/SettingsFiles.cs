using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace Bridge.Server.Configuration;

/// <summary>
/// The settings files. To the framework a file that cannot be read any more says nothing from then on: a rule that denies would be gone
/// with it. This tells such a file from one that says less than before.
/// </summary>
internal sealed class SettingsFiles
{
    private static readonly JsonDocumentOptions AsTheFrameworkReads =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly List<FileConfigurationProvider> _files;
    private readonly ConcurrentDictionary<FileConfigurationProvider, string> _problems = [];
    private HashSet<FileConfigurationProvider> _filled;

    public SettingsFiles(IConfiguration configuration)
    {
        _files = [.. FilesOf(configuration)];
        _filled = Filled();
        foreach (var file in _files)
            file.Source.OnLoadException += context => Note(file, context);
    }

    /// <summary>Takes the files as they are for good ones.</summary>
    public void Accept()
    {
        _problems.Clear();
        _filled = Filled();
    }

    /// <summary>What is wrong with files that had settings when they were last accepted, and have none now.</summary>
    public IEnumerable<string> FindProblems() => _filled
        .Where(file => !HasSettings(file) && !IsEmptyOnPurpose(file))
        .Select(file => $"{PathOf(file)}: {_problems.GetValueOrDefault(file) ?? "the file is gone, or has nothing in it"}");

    /// <summary>Has the framework tell of the change, which it would otherwise keep to itself. It has removed the settings already.</summary>
    private void Note(FileConfigurationProvider file, FileLoadExceptionContext context)
    {
        _problems[file] = context.Exception.GetBaseException().Message;
        context.Ignore = true;
    }

    private HashSet<FileConfigurationProvider> Filled() => [.. _files.Where(HasSettings)];

    private static IEnumerable<FileConfigurationProvider> FilesOf(IConfiguration configuration) =>
        configuration is not IConfigurationRoot root ? [] : root.Providers.SelectMany(provider => provider switch
        {
            FileConfigurationProvider file => [file],
            ChainedConfigurationProvider chained => FilesOf(chained.Configuration),
            _ => [],
        });

    private static bool HasSettings(FileConfigurationProvider file) => file.GetChildKeys([], parentPath: null).Any();

    /// <summary>Whether it says <c>{}</c>.</summary>
    private static bool IsEmptyOnPurpose(FileConfigurationProvider file)
    {
        if (file is not JsonConfigurationProvider || file.Source.FileProvider?.GetFileInfo(file.Source.Path ?? "") is not { Exists: true } info)
            return false;

        try
        {
            using var stream = info.CreateReadStream();
            using var json = JsonDocument.Parse(stream, AsTheFrameworkReads);
            return json.RootElement.ValueKind == JsonValueKind.Object && !json.RootElement.EnumerateObject().Any();
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string PathOf(FileConfigurationProvider file) =>
        file.Source.FileProvider?.GetFileInfo(file.Source.Path ?? "").PhysicalPath ?? file.Source.Path ?? "";
}
