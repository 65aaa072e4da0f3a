namespace Bridge.Server.FanOut;

/// <summary>A hub record that many connections are sent: encoded once for each protocol that one of them speaks.</summary>
internal abstract class SharedRecord
{
    private readonly Lock _gate = new();
    private byte[]? _json;
    private byte[]? _messagePack;

    public byte[] Get(WireFormat format)
    {
        ref var bytes = ref format == WireFormat.Json ? ref _json : ref _messagePack;
        if (Volatile.Read(ref bytes) is { } encoded)
            return encoded;

        lock (_gate)
            return bytes ??= Encode(format);
    }

    protected abstract byte[] Encode(WireFormat format);
}
