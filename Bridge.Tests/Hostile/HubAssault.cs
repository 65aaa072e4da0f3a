using System.Text;

namespace Bridge.Tests.Hostile;

/// <summary>A connection to the hub, and what is sent on it after the handshake, until it ends.</summary>
internal sealed class HubAssault(IHubInputs inputs) : IAssault
{
    private const int AtATime = 16;
    private const int Most = 400;

    /// <summary>What waits for more than comes is ended by its client.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    /// <summary>What is well-formed is answered, however much others send.</summary>
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(3);

    private int _markers;

    public ReadOnlyMemory<byte> Last { get; private set; }

    public async Task<int> RunAsync(int port)
    {
        using var connection = await HostileConnection.OpenAsync(port);
        Last = HubFrames.Upgrade();
        connection.Send(Last);
        if (await HttpAnswer.ReadAsync(connection, isToHead: false) is not { Status: 101 })
            throw new InvalidOperationException("The hub lets nobody in.");

        connection.Send(HubFrames.Handshake(inputs.Protocol));
        for (var count = 0; count < Most;)
        {
            var group = Group();
            if (group.Length > 0 && await SendAsync(connection, group.SelectMany(frame => frame), LongPatience) != Arrival.More)
                return count + 1;
            count += group.Length;
            if (await SendAsync(connection, inputs.NextBroken(), Patience) != Arrival.More)
                return count + 1;
            count++;
        }

        return Most;
    }

    private byte[][] Group() => [.. Enumerable.Range(0, AtATime).Select(_ => inputs.NextSurvivable()).OfType<byte[]>()];

    /// <summary>Sends, and waits until all of it was read, or the connection has ended.</summary>
    private async Task<Arrival> SendAsync(HostileConnection connection, IEnumerable<byte> frames, TimeSpan patience)
    {
        var id = $"~{_markers++}~";
        byte[] bytes = [.. frames, .. inputs.Marker(id)];
        Last = bytes;
        connection.Send(bytes);
        var arrival = await HubAnswers.ReadUntilAsync(connection, Encoding.ASCII.GetBytes(id), patience);
        if (arrival == Arrival.Nothing)
        {
            // It may wait for the rest of what was sent before, which came back with its marker in it. It must still see the end.
            connection.EndSending();
            if (await HubAnswers.ReadUntilAsync(connection, [], HostileConnection.MostPatience) == Arrival.Nothing)
                throw new TimeoutException("The hub does not end the connection.");
        }

        return arrival;
    }
}
