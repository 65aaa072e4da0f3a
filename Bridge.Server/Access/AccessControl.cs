using Bridge.Server.Configuration;

namespace Bridge.Server.Access;

/// <summary>The access settings as they are now. They may change with the configuration.</summary>
internal sealed class AccessControl : IReconfigurable
{
    private readonly IHostEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly bool _takesCertificates;
    private volatile AccessSnapshot _current;

    public AccessControl(BridgeOptions options, IHostEnvironment environment, TimeProvider time)
    {
        (_environment, _time) = (environment, time);
        _takesCertificates = options.Tls.ClientCaFile is not null;
        _current = Build(options.Access);
    }

    /// <summary>After <see cref="Current"/> has changed.</summary>
    public event Action? Changed;

    public AccessSnapshot Current => _current;

    public Func<Task> Prepare(BridgeOptions options)
    {
        if (options.Access.Certificates.Count > 0 && !_takesCertificates)
            throw new BridgeConfigurationException(["Bridge:Access:Certificates: Bridge:Tls:ClientCaFile was not set when the bridge started; restart it"]);
        if (options.Access.IsUnset && !_current.IsOpen)
            throw new BridgeConfigurationException(["Bridge:Access: the rules were taken away; to let everybody in, restart the bridge"]);

        var next = Build(options.Access);
        return () =>
        {
            _current = next;
            Changed?.Invoke();
            return Task.CompletedTask;
        };
    }

    private AccessSnapshot Build(AccessOptions options)
    {
        if (options.Jwt is null)
            return new AccessSnapshot(options, jwt: null);

        // The same settings go on with the same verifier: it has the keys, and whoever was let in by it stays.
        var settings = JwtSettings.Read(options.Jwt, _environment.ContentRootPath);
        return new AccessSnapshot(options, _current?.Jwt is { } known && known.IsFor(settings) ? known : new JwtVerifier(settings, _time));
    }
}
