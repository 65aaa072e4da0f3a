namespace Bridge.Benchmarks.Clients;

/// <summary>What stands around the payload in a stream of bytes; it comes in pieces.</summary>
internal interface IFraming
{
    /// <summary>Reads on in what a server sent.</summary>
    /// <returns>The next piece of payload, empty where there is none; <paramref name="rest"/> is what comes after it.</returns>
    ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest);
}
