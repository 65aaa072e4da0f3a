namespace Bridge.Server.Access;

/// <summary>Actions on some topics of one broker, or of all.</summary>
public sealed class RuleOptions
{
    /// <summary>
    /// What is done: <c>read</c>; <c>publish</c>; <c>retain</c>, which a retained message needs besides; <c>request</c>, to publish and get the
    /// reply, which needs no <c>publish</c>, but is denied with it. Required.
    /// </summary>
    public List<string> Actions { get; set; } = [];

    /// <summary>A broker's key, or <c>*</c> for all of them. Required.</summary>
    public string Broker { get; set; } = "";

    /// <summary>
    /// Topic filters. Those that begin with a wildcard have no topics that begin with <c>$</c> (MQTT 5 §4.7.2). Their levels may hold
    /// <c>{user}</c>, the user's or the API key's name, and <c>{claim:NAME}</c>, each value of a token's claim. A value that is missing,
    /// or that could not stand in a level, allows nothing; in a rule that denies, its level counts as <c>+</c>. Required.
    /// </summary>
    public List<string> Topics { get; set; } = [];
}
