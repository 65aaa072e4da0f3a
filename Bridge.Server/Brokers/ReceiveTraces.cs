using System.Diagnostics;
using Bridge.Server.Messages;
using MQTTnet.Packets;

namespace Bridge.Server.Brokers;

/// <summary>Decides which messages of one broker are followed in a trace: one in so many. Calls come one at a time.</summary>
/// <param name="brokerKey">The broker.</param>
/// <param name="oneIn">One in how many; 0 for none.</param>
internal sealed class ReceiveTraces(string brokerKey, int oneIn)
{
    private int _others;

    /// <summary>Begins the trace of a message, where it has one; a message that is part of a trace goes on with that.</summary>
    public Activity? Start(MqttPublishPacket packet) => oneIn > 0 && IsNext() ? Begin(packet) : null;

    private bool IsNext()
    {
        if (_others > 0)
        {
            _others--;
            return false;
        }

        _others = oneIn - 1;
        return true;
    }

    private Activity? Begin(MqttPublishPacket packet)
    {
        // Whatever was current where the link was made is no part of it.
        Activity.Current = null;
        var property = packet.UserProperties?.Find(property => property.Name == BridgeActivities.TraceParent);
        var activity = BridgeActivities.Start("bridge receive", ActivityKind.Consumer, BridgeActivities.Parse(property?.ReadValueAsString()));
        activity?.SetMessage("receive", brokerKey, packet.Topic, (int)packet.Payload.Length, (int)packet.QualityOfServiceLevel, packet.Retain);
        return activity;
    }
}
