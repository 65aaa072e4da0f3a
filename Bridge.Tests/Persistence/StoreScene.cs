using Bridge.Contracts;
using Bridge.Server.Caching;
using Bridge.Server.Configuration;
using Bridge.Server.FanOut;
using Bridge.Server.Persistence;
using Bridge.Tests.FanOut;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Persistence;

/// <summary>Runs of a bridge one after the other, with one stream and one real file.</summary>
internal sealed class StoreScene : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="path">Where the file is; by default in a folder of its own.</param>
    public StoreScene(string? path = null)
    {
        Path = path ?? _folder.File("data/bridge.db");
        Options.Persistence.Path = Path;
    }

    public BridgeOptions Options { get; } = new() { Cache = new CacheOptions { RecentMessages = 100 } };

    public string Path { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public LogCapture Logs { get; } = new();

    public Store Store { get; private set; } = null!;

    public StoreHealth Health { get; private set; } = null!;

    /// <summary>The stream of this run.</summary>
    public StreamScene Run { get; private set; } = null!;

    public MessageStream Stream => Run.Stream;

    /// <summary>Begins a run.</summary>
    public void Start()
    {
        Health = new StoreHealth(Time);
        Store = new Store(Options, new TestEnvironment(_folder.Path), Health, Time, new Logger<Store>(new LoggerFactory([Logs])));
        Run = new StreamScene(Options.Cache, store: Store, time: Time);
    }

    /// <summary>Writes all there is to write.</summary>
    public void Write()
    {
        while (Store.Write())
        {
            // There is more.
        }
    }

    /// <summary>Ends the run as a kill does: what is not written is lost.</summary>
    public void Crash() => Store.Dispose();

    /// <summary>Ends the run as a service manager does.</summary>
    public void Stop()
    {
        Store.End();
        Store.Dispose();
    }

    /// <summary>The last values, by topic.</summary>
    public Dictionary<string, BridgeMessage> Values(string filter = "#") =>
        Run.Read(filter).Messages.ToDictionary(message => message.Message.Topic, message => message.Message);

    public string Cursor => Stream.CursorAt(Stream.Position);

    /// <summary>Subscribes, and gives what comes until the replay has ended.</summary>
    public async Task<(Subscription Subscription, List<MessageBatch> Batches)> ResumeAsync(
        string cursor, string filter = "#", DeliveryMode mode = default)
    {
        var (sink, outbox) = Run.Connect();
        var subscription = Run.Subscribe(outbox, filter, resumeFrom: cursor, mode: mode);
        await sink.Records.WaitForAsync(record => record is MessageBatch { SnapshotComplete: true });
        return (subscription, sink.Batches());
    }

    public static IEnumerable<string> Texts(IEnumerable<MessageBatch> batches) =>
        batches.SelectMany(batch => batch.Messages).Select(message => message.GetText());

    public void Dispose()
    {
        Store?.Dispose();
        _folder.Dispose();
    }
}
