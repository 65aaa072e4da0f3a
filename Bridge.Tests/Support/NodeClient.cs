using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bridge.Tests.Support;

/// <summary>
/// Drives a script of <c>Bridge.Tests/Node</c> that reads commands and writes answers and events, one JSON object a line.
/// </summary>
internal sealed class NodeClient : IAsyncDisposable
{
    public static readonly string Folder = Repository.PathOf("Bridge.Tests", "Node");

    /// <summary>Bytes are <c>{"$base64": "…"}</c> on these lines.</summary>
    public static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        Converters = { new NodeBytesConverter() },
    };

    private readonly Collected<Answer> _answers = new();
    private readonly ChildProcess _process;
    private int _lastId;

    private NodeClient(string script, string[] arguments)
    {
        _process = ChildProcess.Start(Tools.Node, [script, .. arguments], workingDirectory: Folder, onOutput: Receive);
        _ = EndWithProcessAsync();
    }

    /// <summary>What the script wrote without being asked.</summary>
    public Collected<NodeEvent> Events { get; } = new();

    public static NodeClient Start(string script, params string[] arguments) => new(script, arguments);

    /// <summary>Sends a command with these parameters, and returns its result or throws <see cref="NodeException"/>.</summary>
    public async Task<JsonElement> CallAsync(string operation, object parameters, TimeSpan? timeout = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var command = JsonSerializer.SerializeToNode(parameters, JsonOptions)!.AsObject();
        command.Add("id", id);
        command.Add("op", operation);
        await _process.WriteLineAsync(command.ToJsonString(JsonOptions));
        var answer = await _answers.WaitForAsync(answer => answer.Id == id, timeout, $"the answer to {operation}");
        return answer.Error is null ? answer.Result : throw new NodeException(answer.Error);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void Receive(string line)
    {
        if (JsonSerializer.Deserialize<NodeEvent>(line, JsonOptions) is { Event: not null } happened)
            Events.Add(happened);
        else
            _answers.Add(JsonSerializer.Deserialize<Answer>(line, JsonOptions)!);
    }

    private async Task EndWithProcessAsync()
    {
        await _process.Ended;
        var reason = $"the script ended: {string.Join('\n', _process.Errors.Items.TakeLast(20))}";
        _answers.End(reason);
        Events.End(reason);
    }

    private sealed record Answer(int Id, JsonElement Result, string? Error);
}

internal sealed record NodeEvent([property: JsonPropertyName("event")] string Event, JsonElement[] Args)
{
    public override string ToString() => $"{Event} {string.Join(' ', Args.Select(argument => argument.GetRawText()))}";
}

/// <summary>An error that the script answered with.</summary>
internal sealed class NodeException(string message) : Exception(message);
