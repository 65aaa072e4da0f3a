using System.Reflection;
using System.Runtime.Loader;

namespace Bridge.Server.Pipeline.Plugins;

/// <summary>
/// Where one plugin is loaded: with its own versions of the libraries that it brings, whatever others have. What steps are written against it
/// shares with the bridge, so that its steps and what they ask for are the bridge's.
/// </summary>
internal sealed class PluginContext(string file) : AssemblyLoadContext($"plugin {Path.GetFileNameWithoutExtension(file)}")
{
    private static readonly string Contracts = typeof(Bridge.Contracts.Steps.MessageStep).Assembly.GetName().Name!;

    /// <summary>Loggers, configuration and the like, which a constructor may ask for: a copy of them beside a plugin would be others.</summary>
    private static readonly string[] Shared = ["Microsoft.Extensions.", "Microsoft.AspNetCore."];

    private readonly AssemblyDependencyResolver _resolver = new(file);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !IsShared(assemblyName) && _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;

    private static bool IsShared(AssemblyName name)
    {
        if (name.Name == Contracts)
            return true;
        if (!Array.Exists(Shared, start => name.Name!.StartsWith(start, StringComparison.Ordinal)))
            return false;

        try
        {
            // Only what the bridge has.
            return Default.LoadFromAssemblyName(new AssemblyName(name.Name!)) is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
