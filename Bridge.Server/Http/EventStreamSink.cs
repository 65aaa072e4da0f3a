using System.Buffers;
using Bridge.Server.FanOut;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Bridge.Server.Http;

/// <summary>Writes an outbox's records to the response of a request, from when that has begun until it ends.</summary>
internal sealed class EventStreamSink : IOutboxSink
{
    private readonly HttpContext _context;
    private readonly CancellationToken _ended;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task _writing = Task.CompletedTask;

    /// <param name="context">The request.</param>
    /// <param name="ended">Ends the writing.</param>
    public EventStreamSink(HttpContext context, CancellationToken ended)
    {
        (_context, _ended) = (context, ended);
        // A reader that takes its time is not ended by the server: the outbox sees to that.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    public string Id => _context.TraceIdentifier;

    public WireFormat Format => WireFormat.EventStream;

    /// <summary>Lets the records go. What was written before stands before them.</summary>
    public void Begin() => _begun.SetResult();

    /// <summary>Waits until nothing is written any more, when that has ended: the response is another's then.</summary>
    public Task EndAsync()
    {
        lock (_gate)
            return _writing;
    }

    /// <summary>When its client has gone, or the bridge stops, it takes everything.</summary>
    public ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        lock (_gate)
            return new ValueTask(_ended.IsCancellationRequested ? Task.CompletedTask : _writing = WriteToResponseAsync(records));
    }

    public void Abort() => _context.Abort();

    private async Task WriteToResponseAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        try
        {
            await _begun.Task.WaitAsync(_ended);
            var writer = _context.Response.BodyWriter;
            for (var i = 0; i < records.Count; i++)
                writer.Write(records[i].Span);
            await writer.FlushAsync(_ended);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Nobody reads it any more.
        }
    }
}
