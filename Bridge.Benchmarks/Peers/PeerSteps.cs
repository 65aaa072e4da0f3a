using Bridge.Benchmarks.Steps;

namespace Bridge.Benchmarks.Peers;

/// <summary>The steps that a bridge is given, and the settings that have it use them.</summary>
internal static class PeerSteps
{
    /// <summary>What scripts are for: the payload is read, and another one made, here JSON of text with numbers in it.</summary>
    public const string Script = """
        function onMessage(m) {
          const text = m.message;
          m.message = { record: text.slice(0, 30), number: Number(text.slice(4, 14)), unit: "C" };
          return m;
        }
        """;

    /// <summary>The classes of the plugin: one looks, one changes the payload, one adds to the message.</summary>
    public static IReadOnlyList<Type> Classes { get; } = [typeof(LookStep), typeof(RewriteStep), typeof(TagStep)];

    /// <summary>A plugin is a folder with the assembly of its name.</summary>
    public static IEnumerable<(string Key, string Value)> AddPlugin(string folder)
    {
        var assembly = typeof(LookStep).Assembly.Location;
        var plugins = Path.Combine(folder, "plugins");
        var plugin = Directory.CreateDirectory(Path.Combine(plugins, Path.GetFileNameWithoutExtension(assembly)));
        File.Copy(assembly, Path.Combine(plugin.FullName, Path.GetFileName(assembly)));
        return
        [
            ("Pipeline__Plugins", plugins),
            .. Classes.Index().SelectMany(step => new[]
            {
                ($"Pipeline__Steps__{step.Index}__Name", step.Item.Name),
                ($"Pipeline__Steps__{step.Index}__Class", step.Item.FullName!),
            }),
        ];
    }

    public static IEnumerable<(string Key, string Value)> AddScript(string folder)
    {
        var scripts = Directory.CreateDirectory(Path.Combine(folder, "steps")).FullName;
        File.WriteAllText(Path.Combine(scripts, "rewrite.js"), Script);
        return [("Pipeline__Scripts", scripts)];
    }
}
