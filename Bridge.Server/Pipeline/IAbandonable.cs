namespace Bridge.Server.Pipeline;

/// <summary>A step that has to do something when a call of it is given up, which goes on on a thread that nobody waits for.</summary>
internal interface IAbandonable
{
    /// <summary>Goes on without whatever that call holds.</summary>
    /// <param name="brokerKey">The broker of the message that it was given.</param>
    void Abandon(string brokerKey);
}
