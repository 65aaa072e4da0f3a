namespace Bridge.Server.Access;

/// <summary>What is open with somebody's credentials.</summary>
internal enum SessionKind
{
    /// <summary>A hub connection.</summary>
    Hub,

    /// <summary>A stream of server-sent events.</summary>
    Stream,

    /// <summary>A request that waits for something new, or for a reply.</summary>
    Wait,
}
