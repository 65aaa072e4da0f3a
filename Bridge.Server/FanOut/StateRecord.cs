using Bridge.Contracts;

namespace Bridge.Server.FanOut;

/// <summary>A change of a link's state, on its way to the connections that are subscribed on that broker.</summary>
internal sealed class StateRecord(BrokerStateChange change) : Notice
{
    public override string Subject => change.BrokerKey;

    protected override byte[] Encode(WireFormat format) => WireRecords.EncodeState(format, change);
}
