using System.Reflection;
using Bridge.Contracts.Steps;
using Bridge.Server.Configuration;

namespace Bridge.Server.Pipeline.Plugins;

/// <summary>The classes of steps in the folder of plugins: each folder in it is a plugin, with the assembly of its name.</summary>
internal sealed partial class PluginClasses
{
    private readonly Dictionary<string, Type> _classes = new(StringComparer.Ordinal);

    /// <exception cref="BridgeConfigurationException">A plugin cannot be loaded.</exception>
    public PluginClasses(BridgeOptions options, IHostEnvironment environment, ILogger<PluginClasses> logger)
    {
        var errors = new List<string>();
        foreach (var folder in FindFolders(options.Pipeline.Plugins, environment.ContentRootPath))
        {
            try
            {
                var found = Load(folder);
                Log.Loaded(logger, Path.GetFileName(folder), string.Join(", ", found.Select(type => type.FullName)));
            }
            // Whatever loading a stranger's assembly brings.
            catch (Exception exception)
            {
                errors.Add($"{BridgeOptions.Section}:{nameof(options.Pipeline)}:{nameof(options.Pipeline.Plugins)}: {folder}: {Describe(exception)}");
            }
        }

        if (errors.Count > 0)
            throw new BridgeConfigurationException(errors);
    }

    /// <summary>The full names of the classes.</summary>
    public IEnumerable<string> Names => _classes.Keys.Order(StringComparer.Ordinal);

    /// <summary>The class of a name; null where no plugin has it.</summary>
    public Type? Find(string name) => _classes.GetValueOrDefault(name);

    private static IEnumerable<string> FindFolders(string plugins, string contentRoot)
    {
        var folder = Path.GetFullPath(plugins, contentRoot);
        return plugins.Length > 0 && Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal) : [];
    }

    private List<Type> Load(string folder)
    {
        var file = Path.Combine(folder, $"{Path.GetFileName(folder)}.dll");
        if (!File.Exists(file))
            throw new InvalidOperationException($"there is no {Path.GetFileName(file)} in it; the folder has the name of its assembly");

        var found = new PluginContext(file).LoadFromAssemblyPath(file).GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(MessageStep)) && !type.IsAbstract).ToList();
        if (found.Count == 0)
            throw new InvalidOperationException($"it has no public class that derives from {typeof(MessageStep).FullName}");

        foreach (var type in found.Where(type => !_classes.TryAdd(type.FullName!, type)))
            throw new InvalidOperationException($"another plugin has the class {type.FullName} too");
        return found;
    }

    private static string Describe(Exception exception) =>
        exception is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first.Message : exception.Message;

    private static partial class Log
    {
        [LoggerMessage(12201, LogLevel.Information, "Plugin {Plugin}: {Classes}")]
        public static partial void Loaded(ILogger logger, string plugin, string classes);
    }
}
