using System.Diagnostics;
using Bridge.Contracts;
using Bridge.Server.Access;
using Bridge.Server.Configuration;
using Bridge.Server.Publishing;
using Bridge.Tests.Diagnostics;

namespace Bridge.Tests.Publishing;

public sealed class PublishTracesTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Span = "b7ad6b7169203331";

    private readonly Traces _traces = new();

    public void Dispose() => _traces.Dispose();

    [Theory]
    [InlineData($"00-{Trace}-{Span}-01", null)]
    [InlineData(null, $"00-{Trace}-{Span}-01")]
    [InlineData($"00-{Trace}-{Span}-01", "00-11111111111111111111111111111111-2222222222222222-00")]
    public void Start_WithinARecordedTrace_IsItsChild(string? header, string? property)
    {
        using var activity = Start(1_000_000, header, property, times: 2);

        (activity!.TraceId.ToString(), activity.ParentSpanId.ToString()).Should().Be((Trace, Span));
        activity.OperationName.Should().Be("bridge publish");
    }

    [Theory]
    [InlineData(0, $"00-{Trace}-{Span}-01")]
    [InlineData(1, $"00-{Trace}-{Span}-00")]
    public void Start_TurnedOffOrWithinATraceThatNobodyRecords_IsNone(int oneIn, string header) =>
        Start(oneIn, header).Should().BeNull();

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, false)]
    [InlineData(3, 3, false)]
    [InlineData(3, 4, true)]
    public void Start_WithoutATrace_IsOneInSoMany(int oneIn, int times, bool expected)
    {
        using var activity = Start(oneIn, "no trace at all", times: times);

        (activity is not null).Should().Be(expected);
        (activity?.ParentSpanId ?? default).Should().Be(default(ActivitySpanId));
    }

    /// <summary>What the last of so many calls gives.</summary>
    private static Activity? Start(int oneIn, string? header, string? property = null, int times = 1)
    {
        Activity.Current = null;
        var options = new BridgeOptions();
        options.Diagnostics.TraceOneIn = oneIn;
        var publishes = new PublishTraces(options);
        var caller = new Caller(new Identity(user: null, Permissions.Unrestricted, _ => null), Address: null, header);
        var request = new PublishRequest { BrokerKey = "unit", Topic = "t", UserProperties = property is null ? null : [["traceparent", property]] };
        Activity? last = null;
        for (var i = 0; i < times; i++)
        {
            last?.Dispose();
            last = publishes.Start("publish", caller, request);
        }

        return last;
    }
}
