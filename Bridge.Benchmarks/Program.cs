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

    case ["kestrel"]:
        await BareKestrel.RunAsync();
        return 0;

    default:
        Console.Error.WriteLine(LoadOptions.Usage);
        return 1;
}
