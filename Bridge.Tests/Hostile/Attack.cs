using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>What is sent on a connection after the other.</summary>
internal interface IAssault
{
    /// <summary>What was sent last, for messages.</summary>
    ReadOnlyMemory<byte> Last { get; }

    /// <summary>Opens a connection, sends, checks what is answered, and ends it.</summary>
    /// <returns>How many inputs the bridge has certainly read: by its answers, or because one ended the connection.</returns>
    Task<int> RunAsync(int port);
}

/// <summary>So many inputs through one door, on several connections at a time.</summary>
/// <param name="Name">The door.</param>
/// <param name="Inputs">How many.</param>
/// <param name="Connections">How many connections at a time.</param>
/// <param name="Create">Makes what each of them sends.</param>
internal sealed record Attack(string Name, int Inputs, int Connections, Func<Random, IAssault> Create)
{
    /// <summary>One connection takes seconds at the most, and each wait within has a shorter bound of its own.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(100);

    /// <summary>Sends all of it; the same with the same seed.</summary>
    /// <returns>How many inputs the bridge has read.</returns>
    public async Task<int> RunAsync(int port, int seed)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(i => Task.Run(() => RunOneAsync(port, seed + i))));
        return counts.Sum();
    }

    private async Task<int> RunOneAsync(int port, int seed)
    {
        var assault = Create(new Random(seed));
        var count = 0;
        while (count < Inputs / Connections)
        {
            try
            {
                count += await assault.RunAsync(port).WaitAsync(MostPatience);
            }
            catch (Exception exception)
            {
                var last = Encoding.Latin1.GetString(assault.Last.Span[..Math.Min(2000, assault.Last.Length)]);
                throw new InvalidOperationException($"{Name}, seed {seed}, after {count} inputs: {exception.Message}\nSent last: {last}", exception);
            }
        }

        return count;
    }
}
