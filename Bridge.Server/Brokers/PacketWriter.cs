using System.Buffers;
using Bridge.Server.Messages;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>
/// Writes packets to a stream. While one write is under way the packets that follow gather, and go together in the next: the busier
/// a link, the fewer its writes. Any number of threads may send; their packets keep the order of their calls.
/// </summary>
internal sealed class PacketWriter(Stream stream, MqttProtocolVersion version) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly MqttPacketFormatterAdapter _encoder = new(version, new MqttBufferWriter(4096, 65_535));
    private ArrayBufferWriter<byte> _gathering = new(4096);
    private ArrayBufferWriter<byte> _writing = new(4096);
    private TaskCompletionSource _gatheringWritten = NewSource();
    private bool _isWriting;
    private bool _isFlushQueued;

    /// <summary>Told when the stream breaks, before those who wait are.</summary>
    public Action<Exception>? Broken { get; set; }

    /// <summary>Sends a packet; completes when it was handed to the operating system.</summary>
    public Task SendAsync(MqttPacket packet)
    {
        var written = Add(packet);
        Flush();
        return written;
    }

    /// <summary>Lets a packet wait for the next flush, or for the next packet that is sent; completes likewise.</summary>
    public Task Add(MqttPacket packet)
    {
        lock (_gate)
        {
            Encode(packet);
            return _gatheringWritten.Task;
        }
    }

    /// <summary>
    /// Writes what has gathered as soon as the thread pool comes to it, and what gathers until then: many who publish at a time share
    /// their writes.
    /// </summary>
    public void FlushSoon()
    {
        if (!Interlocked.Exchange(ref _isFlushQueued, true))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isFlushQueued, false);
        Flush();
    }

    /// <summary>Writes what has gathered, if nothing is being written; otherwise it follows by itself.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isWriting || _gathering.WrittenCount == 0)
                return;

            _isWriting = true;
        }

        _ = WriteAsync();
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            TaskCompletionSource written;
            lock (_gate)
            {
                if (_gathering.WrittenCount == 0)
                {
                    _isWriting = false;
                    return;
                }

                (_gathering, _writing) = (_writing, _gathering);
                (written, _gatheringWritten) = (_gatheringWritten, NewSource());
            }

            try
            {
                await stream.WriteAsync(_writing.WrittenMemory).ConfigureAwait(false);
                await stream.FlushAsync().ConfigureAwait(false);
                _writing.ResetWrittenCount();
                written.TrySetResult();
            }
            catch (Exception exception)
            {
                // The stream is broken for good: nothing is written after this, and whoever waits is told.
                Broken?.Invoke(exception);
                lock (_gate)
                    _gatheringWritten.TrySetException(exception);
                written.TrySetException(exception);
                return;
            }
        }
    }

    private void Encode(MqttPacket packet)
    {
        var encoded = _encoder.Encode(packet);
        _gathering.Write(encoded.Packet);
        foreach (var part in encoded.Payload)
            _gathering.Write(part.Span);
        _encoder.Cleanup();
    }

    private static TaskCompletionSource NewSource()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.Task.Observe();
        return source;
    }
}
