using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Bridge.Tests.Support;

/// <summary>Where a program runs, as its configuration is loaded.</summary>
internal sealed class TestEnvironment(string contentRoot, string name = "Development") : IHostEnvironment
{
    public string EnvironmentName { get; set; } = name;

    public string ApplicationName { get; set; } = "Bridge.Server";

    public string ContentRootPath { get; set; } = contentRoot;

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
}
