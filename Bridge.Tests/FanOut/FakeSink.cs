using System.Buffers;
using Bridge.Contracts;
using Bridge.Server.FanOut;
using Bridge.Tests.Support;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Bridge.Tests.FanOut;

/// <summary>A connection that reads with SignalR's own protocol, and stalls or fails when it is told to.</summary>
internal sealed class FakeSink(WireFormat format = WireFormat.Json) : IOutboxSink
{
    // One for all: each would find out anew how its types are read.
    private static readonly JsonHubProtocol Json = new();
    private static readonly MessagePackHubProtocol MessagePack = new();

    private readonly IHubProtocol _protocol = format == WireFormat.Json ? Json : MessagePack;
    private readonly Binder _binder = new();
    private TaskCompletionSource? _stall;
    private int _entered;
    private int _isWriting;

    public WireFormat Format => format;

    /// <summary>What it was sent, in order: each batch and each state.</summary>
    public Collected<object> Records { get; } = new();

    /// <summary>The sizes of the writes that it has taken.</summary>
    public Collected<int> Writes { get; } = new();

    /// <summary>Is thrown by the next write that begins or goes on.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Each write waits for it.</summary>
    public Func<Task> BeforeWrite { get; set; } = () => Task.CompletedTask;

    /// <summary>How many writes have begun.</summary>
    public int Entered => Volatile.Read(ref _entered);

    public IEnumerable<BrokerStateChange> States => Records.Items.OfType<BrokerStateChange>();

    public List<MessageBatch> Batches(string? subscription = null) =>
        [.. Records.Items.OfType<MessageBatch>().Where(batch => subscription is null || batch.Subscription == subscription)];

    /// <summary>From now on writes begin and do not end.</summary>
    public void Stall() => _stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var stall = _stall;
        _stall = null;
        stall?.SetResult();
    }

    public bool IsAborted { get; private set; }

    public void Abort() => IsAborted = true;

    public string Id => "fake";

    public async ValueTask WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        if (Interlocked.Exchange(ref _isWriting, 1) == 1)
            throw new InvalidOperationException("Two writes at a time.");

        Interlocked.Increment(ref _entered);
        if (_stall is { } stall)
            await stall.Task;
        await BeforeWrite();
        if (Failure is not null)
            throw Failure;

        // Read as late as that: until the write completes the bytes must not change.
        foreach (var record in records)
            Read(new ReadOnlySequence<byte>(record));
        Writes.Add(records.Sum(record => record.Length));
        Volatile.Write(ref _isWriting, 0);
    }

    private void Read(ReadOnlySequence<byte> records)
    {
        while (!records.IsEmpty)
        {
            if (!_protocol.TryParseMessage(ref records, _binder, out var message) || message is not InvocationMessage invocation)
                throw new InvalidDataException($"No whole invocation in the last {records.Length} bytes: {message}");
            Records.Add(invocation.Arguments.Single()!);
        }
    }

    private sealed class Binder : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) => methodName switch
        {
            ClientMethods.Messages => [typeof(MessageBatch)],
            ClientMethods.BrokerState => [typeof(BrokerStateChange)],
            _ => throw new InvalidDataException($"There is no client method {methodName}."),
        };

        public Type GetReturnType(string invocationId) => throw new NotSupportedException();

        public Type GetStreamItemType(string streamId) => throw new NotSupportedException();
    }
}
