using System.Reflection;
using System.Runtime.Loader;

namespace Bridge.Server.Pipeline.Plugins;

/// <summary>
/// Where one plugin is loaded: with its own versions of what it brings, whatever others have. What the bridge has it shares, so that its
/// steps are the bridge's steps.
/// </summary>
internal sealed class PluginContext(string file) : AssemblyLoadContext($"plugin {Path.GetFileNameWithoutExtension(file)}")
{
    /// <summary>What steps are written against: a copy of it beside a plugin would be another one.</summary>
    private static readonly string Shared = typeof(Bridge.Contracts.Steps.MessageStep).Assembly.GetName().Name!;

    private readonly AssemblyDependencyResolver _resolver = new(file);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name != Shared && _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
