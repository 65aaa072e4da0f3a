using BenchmarkDotNet.Running;
using Bridge.Benchmarks.Load;
using Bridge.Benchmarks.Peers;

switch (args)
{
    case ["load", .. var options]:
        try
        {
            return await new LoadCommand(LoadOptions.Parse(options)).RunAsync();
        }
        catch (ArgumentException exception)
        {
            Console.Error.WriteLine(exception.Message);
            Console.Error.WriteLine(LoadOptions.Usage);
            return 1;
        }

    case ["micro", .. var options]:
        // Without a filter it would ask which, and wait for an answer.
        string[] arguments = options.Contains("--filter") ? options : [.. options, "--filter", "*"];
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(arguments);
        return summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;

    case ["kestrel"]:
        await BareKestrel.RunAsync();
        return 0;

    default:
        Console.Error.WriteLine(LoadOptions.Usage);
        Console.Error.WriteLine("micro [options]  runs the micro benchmarks; options are those of BenchmarkDotNet, such as --filter *Cache* --job dry");
        return 1;
}
