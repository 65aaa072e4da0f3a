using System.Buffers;

namespace Bridge.Server.FanOut;

/// <summary>Each thread's buffer for the record that it encodes.</summary>
internal static class RecordBuffer
{
    private const int FirstSize = 65_536;

    /// <summary>A huge batch must not keep its buffer for ever.</summary>
    private const int LargestKept = 4_194_304;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Takes it, empty. It is the caller's until it returns.</summary>
    public static ArrayBufferWriter<byte> Take()
    {
        if (_buffer is not { Capacity: <= LargestKept })
            _buffer = new ArrayBufferWriter<byte>(FirstSize);
        _buffer.ResetWrittenCount();
        return _buffer;
    }
}
