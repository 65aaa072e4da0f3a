namespace Bridge.Server.Access;

/// <summary>What can be done with a topic.</summary>
internal enum AccessAction
{
    Read,
    Publish,

    /// <summary>What a retained message needs besides.</summary>
    Retain,

    /// <summary>To publish, and get the reply.</summary>
    Request,
}
