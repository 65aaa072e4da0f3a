using System.Diagnostics.Metrics;

namespace Bridge.Server.Diagnostics;

/// <summary>
/// What is told of one part of the bridge. Its instruments read what that part knows when somebody asks, so that nothing is counted twice,
/// and nothing for each message.
/// </summary>
internal interface IInstruments
{
    void AddTo(Meter meter);
}
