namespace Bridge.Server.Access;

/// <summary>Who shows a client certificate of the CA in <c>Bridge:Tls:ClientCaFile</c>.</summary>
public sealed class CertificateOptions
{
    /// <summary>The certificate's common name (CN), and the value of <c>{user}</c> in topics. Required; each has its own.</summary>
    public string Name { get; set; } = "";

    /// <summary>The name of the role. Required.</summary>
    public string Role { get; set; } = "";
}
