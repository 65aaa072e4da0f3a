using System.Net.Http.Json;
using Bridge.Contracts.Steps;

namespace Bridge.Benchmarks.Load;

/// <summary>What the bridge has counted of its steps at one time.</summary>
internal sealed class StepTally
{
    private static readonly string[] Good = ["passed", "changed"];

    private readonly StepsInfo _info;

    public StepTally(StepsInfo info, int steps)
    {
        _info = info;
        if (info.Steps.Count != steps)
            throw new InvalidOperationException($"there are {info.Steps.Count} steps and should be {steps}: {string.Join(", ", info.Problems.Values)}");
    }

    /// <param name="client">Asks the bridge.</param>
    /// <param name="steps">How many steps there should be.</param>
    /// <exception cref="InvalidOperationException">There are not.</exception>
    public static async Task<StepTally> ReadAsync(HttpClient client, int steps) =>
        new((await client.GetFromJsonAsync<StepsInfo>(new Uri("/steps", UriKind.Relative)))!, steps);

    /// <summary>Holds that all messages went through all steps, but for those that the bridge left out because too many waited.</summary>
    /// <param name="later">What it had counted when they were through.</param>
    /// <param name="messages">How many messages there were.</param>
    /// <returns>How many it left out.</returns>
    /// <exception cref="InvalidOperationException">Others did not go through a step: the run says nothing of what steps cost.</exception>
    public long LeftOutUntil(StepTally later, long messages)
    {
        var leftOut = later.LeftOut - LeftOut;
        foreach (var (before, after) in _info.Steps.Zip(later._info.Steps))
        {
            var calls = Calls(after) - Calls(before);
            if (calls + leftOut != messages)
                throw new InvalidOperationException($"the run is invalid: of {messages} messages {calls} went through step {after.Name}, and {leftOut} were left out; {after.LastProblem?.Text}");
        }

        return leftOut;
    }

    private long LeftOut => _info.Lanes.Sum(lane => lane.LeftOut);

    private static long Calls(StepInfo step) => Good.Sum(end => step.Calls.GetValueOrDefault(end));
}
