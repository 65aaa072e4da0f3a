using Bridge.Contracts;
using Bridge.Server.Messages;
using Bridge.Server.Topics;

namespace Bridge.Server.Access;

/// <summary>Refuses what callers may not do, and has it written down. The same for every door.</summary>
/// <remarks>A broker that a caller may do nothing with is refused whether it exists or not: which do is nothing for strangers.</remarks>
internal sealed class AccessChecks(AuditLog audit)
{
    /// <exception cref="BridgeException">The caller may not.</exception>
    public void ThrowUnlessReadable(Caller caller, string brokerKey, TopicFilter filter)
    {
        if (!caller.Permissions.MayRead(brokerKey, filter))
            throw Refuse(caller, "read", filter.Text, brokerKey);
    }

    /// <inheritdoc cref="ThrowUnlessReadable"/>
    public void ThrowUnlessVisible(Caller caller, string brokerKey)
    {
        if (!caller.Permissions.SeesBroker(brokerKey))
            throw Refuse(caller, "see", "", brokerKey);
    }

    /// <summary>
    /// Whoever answers to a response topic does so with rights of its own, which are not the caller's to use: it must be one that the
    /// caller may publish to.
    /// </summary>
    /// <exception cref="BridgeException">The caller may not, or a topic is none.</exception>
    public void ThrowUnlessPublishable(Caller caller, PublishRequest request)
    {
        ThrowIfNoTopic(request.Topic, "");
        if (!caller.Permissions.MayPublish(request.BrokerKey, request.Topic, request.Retain))
            throw Refuse(caller, request.Retain ? "publish retained to" : "publish to", request.Topic, request.BrokerKey);
        if (request.ResponseTopic is not { } responseTopic)
            return;

        ThrowIfNoTopic(responseTopic, "responseTopic: ");
        if (!caller.Permissions.MayPublish(request.BrokerKey, responseTopic, retain: false))
            throw Refuse(caller, "have replies published to", responseTopic, request.BrokerKey);
    }

    /// <inheritdoc cref="ThrowUnlessPublishable"/>
    public void ThrowUnlessRequestable(Caller caller, PublishRequest request)
    {
        ThrowIfNoTopic(request.Topic, "");
        if (!caller.Permissions.MayRequest(request.BrokerKey, request.Topic, request.Retain))
            throw Refuse(caller, "request from", request.Topic, request.BrokerKey);
    }

    /// <summary>Before what is to be published is even read.</summary>
    /// <exception cref="BridgeException">The caller may do this with nothing.</exception>
    public void ThrowUnlessEver(Caller caller, AccessAction action)
    {
        if (!caller.Permissions.MayEver(action))
            throw Refuse(caller, $"{AccessActions.NameOf(action)} anything", "", "");
    }

    /// <param name="caller">Who asks.</param>
    /// <param name="what">For what.</param>
    /// <exception cref="BridgeException">The caller is no administrator.</exception>
    public void ThrowUnlessAdministrator(Caller caller, string what)
    {
        if (!caller.Permissions.IsAdministrator)
            throw Refuse(caller, what, "", "");
    }

    private static void ThrowIfNoTopic(string topic, string where)
    {
        if (TopicName.Check(topic) is { } problem)
            throw new BridgeException(ErrorCodes.TopicInvalid, $"{where}{problem}");
    }

    private BridgeException Refuse(Caller caller, string what, string topic, string brokerKey)
    {
        var detail = $"{caller} may not {what}{(topic.Length > 0 ? $" '{topic}'" : "")}{(brokerKey.Length > 0 ? $" on broker '{brokerKey}'" : "")}.";
        var refusal = new BridgeException(ErrorCodes.Forbidden, detail);
        audit.Refused(caller.User, caller.Address, refusal);
        return refusal;
    }
}
