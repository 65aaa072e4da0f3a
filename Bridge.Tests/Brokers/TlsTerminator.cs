using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bridge.Tests.Support;

namespace Bridge.Tests.Brokers;

/// <summary>TLS in front of a plain broker, for what mosquitto cannot be told or does not tell: versions, ALPN, SNI.</summary>
internal sealed class TlsTerminator : IAsyncDisposable
{
    public static readonly SslApplicationProtocol Alpn = new("x-amzn-mqtt-ca");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly X509Certificate2 _certificate;
    private readonly SslProtocols _versions;
    private readonly int _target;
    private readonly Task _accepting;

    public TlsTerminator(int target, SslProtocols versions)
    {
        (_target, _versions) = (target, versions);
        _certificate = X509Certificate2.CreateFromPemFile(
            TestCertificates.Trusted.ServerCertificate, TestCertificates.Trusted.ServerKey);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public string Url => $"mqtts://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What each connection agreed on, once it has.</summary>
    public Collected<Handshake> Handshakes { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.WaitAsync(Eventually.DefaultTimeout);
        _certificate.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = _certificate,
            EnabledSslProtocols = _versions,
            ApplicationProtocols = [Alpn],
        };
        try
        {
            using var upstream = new TcpClient();
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(options, _stopping.Token);
            Handshakes.Add(new(tls.SslProtocol, tls.TargetHostName, tls.NegotiatedApplicationProtocol));
            await upstream.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
            await Task.WhenAny(
                tls.CopyToAsync(upstream.GetStream(), _stopping.Token), upstream.GetStream().CopyToAsync(tls, _stopping.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // The client went, or did not agree.
        }
        finally
        {
            client.Dispose();
        }
    }

    internal sealed record Handshake(SslProtocols Version, string ServerName, SslApplicationProtocol Alpn);
}
