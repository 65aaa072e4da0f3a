namespace Bridge.Contracts.Wire;

/// <summary>Which members of an envelope are written.</summary>
[Flags]
internal enum EnvelopeMembers
{
    /// <summary>What stands in a batch: neither broker nor cursor, and nothing that says nothing.</summary>
    InBatch = 0,

    /// <summary>The broker's key and the cursor too.</summary>
    BrokerAndCursor = 1,

    /// <summary><c>qos</c>, <c>retain</c> and <c>source</c> even where they have their usual values.</summary>
    Usual = 2,
}
