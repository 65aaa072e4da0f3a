namespace Bridge.Server.FanOut;

/// <summary>A record that many connections are sent: encoded once for each form that one of them takes.</summary>
internal abstract class SharedRecord
{
    private readonly Lock _gate = new();
    private Encodings _encodings;

    public byte[] Get(WireFormat format)
    {
        ref var bytes = ref _encodings[(int)format];
        if (Volatile.Read(ref bytes) is { } encoded)
            return encoded;

        lock (_gate)
            return bytes ??= Encode(format);
    }

    protected abstract byte[] Encode(WireFormat format);

    /// <summary>One for each <see cref="WireFormat"/>.</summary>
    [System.Runtime.CompilerServices.InlineArray(3)]
    private struct Encodings
    {
        private byte[]? _first;
    }
}
