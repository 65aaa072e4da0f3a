namespace Bridge.Server.Brokers;

/// <summary>
/// One method of MQTT 5 enhanced authentication (MQTT 5 §4.12), such as SCRAM or Kerberos. The host registers it with
/// <c>services.AddBridge().AddEnhancedAuthentication(handler)</c>; a broker uses it through <see cref="BrokerOptions.AuthenticationMethod"/>.
/// </summary>
public interface IEnhancedAuthenticationHandler
{
    /// <summary>The name of the method, as it is sent to the broker.</summary>
    string Method { get; }

    /// <summary>Begins an exchange: once for each connection that is made.</summary>
    /// <param name="brokerKey">The configured name of the broker.</param>
    /// <returns>The exchange.</returns>
    IEnhancedAuthenticationExchange Begin(string brokerKey);
}

/// <summary>The exchange of one connection. Its methods are called one at a time; what they throw fails the connection attempt.</summary>
public interface IEnhancedAuthenticationExchange
{
    /// <summary>Gives the authentication data of the CONNECT packet.</summary>
    /// <param name="cancellationToken">Ends with the connection attempt.</param>
    /// <returns>The data; empty for none.</returns>
    ValueTask<byte[]> StartAsync(CancellationToken cancellationToken);

    /// <summary>Answers the data of an AUTH packet.</summary>
    /// <param name="challenge">What the broker sent.</param>
    /// <param name="cancellationToken">Ends with the connection attempt.</param>
    /// <returns>The data of the AUTH packet that is sent back.</returns>
    ValueTask<byte[]> AnswerAsync(byte[] challenge, CancellationToken cancellationToken);

    /// <summary>Takes the data that came with the broker's acceptance. Throws where it does not prove who the broker is.</summary>
    /// <param name="finalData">What the broker sent; empty for none.</param>
    /// <param name="cancellationToken">Ends with the connection attempt.</param>
    /// <returns>A task.</returns>
    ValueTask CompleteAsync(byte[] finalData, CancellationToken cancellationToken);
}
