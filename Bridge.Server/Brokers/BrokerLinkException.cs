using System.Net.Sockets;

namespace Bridge.Server.Brokers;

/// <summary>The link to a broker cannot be made, or went down. The message is fit for an operator's eyes.</summary>
internal sealed class BrokerLinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Finds the sentence in a chain of exceptions that says what happened.</summary>
    public static string Describe(Exception exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
        {
            if (current is BrokerLinkException or SocketException)
                return current.Message;
        }

        // Wrappers come first and say the least.
        return exception.GetBaseException().Message;
    }
}
