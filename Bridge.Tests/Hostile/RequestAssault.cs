using System.Text;
using System.Text.Json;

namespace Bridge.Tests.Hostile;

/// <summary>Requests behind each other on one connection, each of which has its answer.</summary>
/// <param name="inputs">The requests.</param>
/// <param name="tellsProblems">Whether failures are told as problems.</param>
internal sealed class RequestAssault(HttpInputs inputs, bool tellsProblems) : IAssault
{
    private const int AtATime = 8;
    private const int Most = 400;

    public ReadOnlyMemory<byte> Last { get; private set; }

    public async Task<int> RunAsync(int port)
    {
        using var connection = await HostileConnection.OpenAsync(port);
        for (var count = 0; ;)
        {
            var requests = Enumerable.Range(0, AtATime).Select(_ => inputs.Next()).ToArray();
            connection.Send(requests.SelectMany(request => request.Bytes).ToArray());
            foreach (var request in requests)
            {
                Last = request.Bytes;
                // Without an answer it has read what it answered before.
                if (await HttpAnswer.ReadAsync(connection, request.IsHead) is not { } answer)
                    return Math.Max(1, count);

                Check(answer);
                count++;
                if (answer.IsLast)
                    return count;
            }

            if (count >= Most)
                return count;
        }
    }

    private void Check(HttpAnswer answer)
    {
        // An array of publishes is answered with a problem for each that failed.
        if (answer.Status == 500 || (answer.Status == 207 && answer.Body.AsSpan().IndexOf("internal_error"u8) >= 0))
            throw new InvalidOperationException($"The bridge failed: {answer.Head}\n{Encoding.UTF8.GetString(answer.Body)}");
        if (answer.Status < 400 || answer.Body.Length == 0 || !tellsProblems)
            return;
        if (!answer.IsProblem || JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("code").GetString() is not { Length: > 0 })
            throw new InvalidOperationException($"A failure without its code: {answer.Head}\n{Encoding.UTF8.GetString(answer.Body)}");
    }
}
