using System.Globalization;
using Bridge.Contracts.Steps;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Pipeline.Ready;

public sealed class DeadbandPropertyTests
{
    /// <summary>Hundredths as whole numbers; null: something that is no number.</summary>
    private static readonly Gen<int?> Value = Gen.OneOf(
        Gen.Int[1990, 2010].Select(value => (int?)value), Gen.Int[-300, 300].Select(value => (int?)value), Gen.Const((int?)null));

    private static readonly Gen<(int? Value, int Seconds)[]> Arrivals = Gen.Select(Value, Gen.Int[0, 3]).Array[1, 50];

    [Fact]
    public void Process_AnyNumbers_AsByWholeNumbers() =>
        Gen.Select(Arrivals, Gen.Int[0, 300], Gen.Bool, Gen.OneOf(0, 5)).Sample(
            (arrivals, limit, isPercent, silence) =>
            {
                var time = new FakeTimeProvider();
                var step = ReadyStepOf.Group(
                    $$""" "Deadband": { "{{(isPercent ? "Percent" : "Absolute")}}": {{Text(limit)}}, "MaxSilenceSeconds": {{silence}} } """, time);
                var now = 0;
                (int Value, int At)? last = null;
                foreach (var (value, seconds) in arrivals)
                {
                    time.Advance(TimeSpan.FromSeconds(seconds));
                    now += seconds;
                    var goesOn = value is not { } number || last is not { } sent || IsBeyond(number, sent.Value, limit, isPercent)
                        || (silence > 0 && now - sent.At >= silence);
                    if (goesOn)
                        last = value is null ? null : (value.Value, now);
                    if (step.Run(value is { } known ? Text(known) : "unknown").Outcome == StepOutcome.Pass != goesOn)
                        return false;
                }

                return true;
            },
            iter: 3_000);

    /// <param name="value">In hundredths, as all of them.</param>
    private static bool IsBeyond(int value, int last, int limit, bool isPercent) => isPercent
        ? Math.Abs(value - last) * 10_000L > (long)Math.Abs(last) * limit
        : Math.Abs(value - last) > limit;

    private static string Text(int hundredths) => (hundredths / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
