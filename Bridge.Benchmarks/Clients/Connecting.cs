namespace Bridge.Benchmarks.Clients;

/// <summary>Connects many clients, some at a time: all or none.</summary>
internal static class Connecting
{
    private const int AtATime = 16;

    public static T[] All<T>(int count, Func<int, T> connect)
        where T : class, IDisposable
    {
        var clients = new T?[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, i => clients[i] = connect(i));
        }
        catch (Exception exception)
        {
            foreach (var client in clients)
                client?.Dispose();
            // All fail alike: the first says why.
            throw exception is AggregateException all ? all.InnerExceptions[0] : exception;
        }

        return clients!;
    }
}
