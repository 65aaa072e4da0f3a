using Bridge.Server;
using Bridge.Server.Configuration;
using Bridge.Server.Hosting;

if (KeyCommand.IsMeantBy(args))
    return KeyCommand.Run(args, Console.Out, Console.Error);
if (HealthCommand.IsMeantBy(args))
    return await HealthCommand.RunAsync(args, Console.Error);

try
{
    var builder = BridgeHosting.CreateBuilder(args);
    builder.Services.AddBridge();
    var app = builder.Build();
    StartupChecks.ThrowIfUnusable(app);
    StartupWarnings.Tell(app);
    using var failures = new UnobservedFailures(app.Logger);
    app.MapBridge();
    await app.RunAsync();
    return 0;
}
catch (BridgeConfigurationException exception)
{
    foreach (var error in exception.Errors)
        Console.Error.WriteLine(error);
    return 1;
}
