using System.Net.Sockets;

namespace Bridge.Server.Brokers;

/// <summary>The link to a broker cannot be made, or went down. The message is fit for an operator's eyes.</summary>
internal sealed class BrokerLinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Says what failed, and why.</summary>
    public static BrokerLinkException From(string what, Exception exception) =>
        new($"{what}: {Describe(exception).TrimEnd('.')}.", exception);

    /// <summary>
    /// Says that the broker was there and ended the connection. With TLS 1.3 it refuses a client certificate, or its lack, after the
    /// handshake; often all that is seen is a closed connection.
    /// </summary>
    public static BrokerLinkException NotAccepted(Exception exception, bool hasCertificate, bool isTls)
    {
        var guess = !isTls ? ""
            : hasCertificate ? " (perhaps it does not take the client certificate)"
            : " (perhaps it asks for a client certificate)";
        return From($"The broker did not accept the connection{guess}", exception);
    }

    /// <summary>Finds the sentence in a chain of exceptions that says what happened.</summary>
    public static string Describe(Exception exception) =>
        // Wrappers come first and say the least.
        ChainOf(exception).FirstOrDefault(link => link is BrokerLinkException or SocketException)?.Message
        ?? exception.GetBaseException().Message;

    /// <summary>An exception, and those that caused it.</summary>
    public static IEnumerable<Exception> ChainOf(Exception exception)
    {
        for (Exception? current = exception; current is not null; current = current.InnerException)
            yield return current;
    }
}
